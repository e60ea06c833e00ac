import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type SeedRange, type SeedReport, together } from './run-seeds.ts'

const inWorker = (range: SeedRange): Promise<SeedReport> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: range,
      // A seed makes garbage by the megabyte and keeps little of it.
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    })
    worker.once('message', resolve)
    worker.once('error', reject)
    worker.once('exit', (code) => {
      if (code !== 0) reject(new Error(`a simulation worker ended with code ${code}`))
    })
  })

/** Runs a range of seeds on every core; each worker takes every so many. `untilCaught`: to the first that breaks a promise. */
export const runEverywhere = async ({
  untilCaught = false,
  ...range
}: Omit<SeedRange, 'stride' | 'caughtAt'> & { readonly untilCaught?: boolean }): Promise<SeedReport> => {
  const stride = Math.min(availableParallelism(), range.seeds)
  const caughtAt = new Int32Array(new SharedArrayBuffer(4)).fill(2 ** 31 - 1)
  const reports = await Promise.all(
    Array.from({ length: stride }, (_, index) =>
      inWorker({
        ...range,
        from: range.from + index,
        seeds: range.seeds - index,
        stride,
        ...(untilCaught ? { caughtAt } : {}),
      }),
    ),
  )
  return together(reports)
}
