import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type SeedRange, type SeedReport, sumReports } from './run-seeds.ts'

/** Worker threads that run ranges of seeds, one range at a time each. */
export interface SeedWorkers extends AsyncDisposable {
  /** Runs a range on the next worker that is free. */
  runRange(range: SeedRange): Promise<SeedReport>
  /** Runs a range on every worker at once, in small parts: no worker is idle before the end. */
  runEverywhere(range: SeedRange): Promise<SeedReport>
}

const seedsOfPart = 10

const startWorker = (): Worker =>
  new Worker(new URL('./worker.ts', import.meta.url), {
    // A seed allocates many megabytes and keeps few of them.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })

const runOn = (worker: Worker, range: SeedRange): Promise<SeedReport> =>
  new Promise((resolve, reject) => {
    const settle = (then: () => void) => {
      worker.off('message', onReport).off('error', onError).off('exit', onExit)
      then()
    }
    const onReport = (report: SeedReport) => settle(() => resolve(report))
    const onError = (error: unknown) => settle(() => reject(error))
    const onExit = (code: number) =>
      settle(() => reject(new Error(`a simulation worker exited with code ${code}`)))
    worker.once('message', onReport).once('error', onError).once('exit', onExit)
    worker.postMessage(range)
  })

/** Starts `count` workers, one for each core when left out. They stay warm from range to range. */
export const startWorkers = (count = availableParallelism()): SeedWorkers => {
  const workers = Array.from({ length: count }, startWorker)
  const free = [...workers]
  const waiting: ((worker: Worker) => void)[] = []

  const take = async (): Promise<Worker> =>
    free.pop() ?? new Promise<Worker>((resolve) => waiting.push(resolve))
  const giveBack = (worker: Worker) => {
    const next = waiting.shift()
    if (next === undefined) free.push(worker)
    else next(worker)
  }

  const runRange = async (range: SeedRange): Promise<SeedReport> => {
    const worker = await take()
    try {
      return await runOn(worker, range)
    } finally {
      giveBack(worker)
    }
  }

  return {
    runRange,
    runEverywhere: async (range) => {
      const parts = Array.from({ length: Math.ceil(range.seeds / seedsOfPart) }, (_, index) => {
        const first = index * seedsOfPart
        const seeds = Math.min(seedsOfPart, range.seeds - first)
        return runRange({ ...range, from: range.from + first, seeds })
      })
      return sumReports(await Promise.all(parts))
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
