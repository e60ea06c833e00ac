import { marshall } from '@aws-sdk/util-dynamodb'
import { toItem } from '../lib/adapters/dynamodb/run-item.ts'
import type { Answer, DataZone, Refusal, ServiceRun } from '../lib/ports/datazone.ts'
import type { InFlightRun, Run } from '../lib/run/run.ts'
import { sweepRuns } from '../lib/usecases/sweep/sweep-runs.ts'
import { command } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { deployed } from '../test/simulation/deployed.ts'
import { seededRandom } from '../test/simulation/ports/random.ts'
import { manualClock } from '../test/support/manual-clock.ts'
import { memoryBreakers } from '../test/support/memory-breakers.ts'
import { memoryRunStore } from '../test/support/memory-run-store.ts'
import { recordingBus, recordingQueue } from '../test/support/recorders.ts'
import { inFlightRun, subject, t0 } from '../test/support/runs.ts'
import { defaults } from '../test/support/starter-world.ts'

/**
 * Sweeps over many runs in flight, in virtual time and with no hint at all: calls, DynamoDB units, how long a sweep takes,
 * how late endings are announced, memory. Every DataZone call takes 300 ms; calls made at once take it together. The table
 * and the bus answer at once.
 */

const callMs = 300
const pageSize = 50
/** About what a query of one megabyte holds. */
const recordsPerPage = 1000
const periodMs = 60_000
/** The poller's timeout, less what its handler keeps back. */
const sweepMs = deployed.poller.timeoutMs - 8000
/** DataZone starts ten runs a second at most, so in the long run no more than that end. */
const endingsPerSecond = 10
const endingMinutes = 10
const mostSweeps = 40
const latestMs = 10 * 60_000

interface Case {
  readonly inFlight: number
  readonly isListRefused?: true
  /** Whether every ending has to be announced within ten minutes. */
  readonly isBound: boolean
  readonly maxSweeps?: number
}

const cases: readonly Case[] = [
  { inFlight: 100, isBound: true },
  { inFlight: 1000, isBound: true },
  { inFlight: 10_000, isBound: true },
  { inFlight: 10_000, isListRefused: true, isBound: true },
  { inFlight: 100_000, isBound: false, maxSweeps: 10 },
]

const refusal: Refusal = {
  kind: 'DENIED',
  definite: true,
  name: 'AccessDeniedException',
  message: 'List is refused',
  cause: undefined,
}

const runNumber = (number: number, startedAtMs: number): InFlightRun =>
  inFlightRun({
    runId: `run-${number}`,
    startedAtMs,
    createdAtMs: startedAtMs,
    nativeStatus: 'IN_PROGRESS',
    policy: { deadlineMs: 1000 * latestMs },
    subject: { ...subject, assetId: `asset-${number}` },
  })

/** Which runs end, when, and how: 5% fail. The runs are drawn from all that are in flight. */
const drawEndings = (count: number, seed: number) => {
  const random = seededRandom(seed)
  const numbers = Array.from({ length: count }, (_, number) => number)
  for (let last = count - 1; last > 0; last -= 1) {
    const other = random.whole(0, last)
    const [one = 0, two = 0] = [numbers[last], numbers[other]]
    numbers[last] = two
    numbers[other] = one
  }
  const ending = numbers.slice(0, endingsPerSecond * 60 * endingMinutes)
  return new Map(
    ending.map((number, index) => [
      `run-${number}`,
      {
        atMs: t0 + Math.floor((index * endingMinutes * 60_000) / ending.length),
        status: index % 20 === 19 ? 'FAILED' : 'SUCCEEDED',
      },
    ]),
  )
}

/** A DataZone that lists runs newest first, 50 a page, and needs `callMs` for each call. */
const slowDataZone = (
  runs: readonly InFlightRun[],
  statusAt: (runId: string, nowMs: number) => string,
  clock: ReturnType<typeof manualClock>,
  isListRefused: boolean,
) => {
  const calls = { List: 0, Get: 0 }
  let inProgress: Promise<void> | undefined
  const wait = (): Promise<void> => {
    inProgress ??= new Promise((resolve) => {
      setImmediate(() => {
        clock.advance(callMs)
        inProgress = undefined
        resolve()
      })
    })
    return inProgress
  }
  const shown = (runId: string): ServiceRun => ({
    runId,
    nativeStatus: statusAt(runId, clock.now()),
    types: ['BUSINESS_DESCRIPTIONS'],
  })
  const answered = <T>(value: T): Answer<T> => ({ outcome: 'answered', value })
  const newestFirst = runs.toReversed()
  const unused = () => Promise.reject(new Error('a sweep over runs in flight makes no such call'))
  const datazone: DataZone = {
    getAsset: unused,
    startRun: unused,
    cancelRun: unused,
    startSourceRun: unused,
    getDataSource: unused,
    getSourceRun: unused,
    listSourceRuns: unused,
    getRun: async (_domainId, runId) => {
      calls.Get += 1
      await wait()
      return answered(shown(runId))
    },
    listRuns: async (_domainId, { status, nextToken }) => {
      calls.List += 1
      await wait()
      if (isListRefused) return { outcome: 'refused', refusal }
      const page: ServiceRun[] = []
      let index = Number(nextToken ?? 0)
      for (; index < newestFirst.length && page.length < pageSize; index += 1) {
        const run = newestFirst[index]
        if (run !== undefined && statusAt(run.runId, clock.now()) === status) page.push(shown(run.runId))
      }
      return answered({
        runs: page,
        ...(index < newestFirst.length ? { nextToken: String(index) } : {}),
      })
    },
  }
  return { datazone, calls }
}

const bytesOf = (run: Run): number => Buffer.byteLength(JSON.stringify(marshall(toItem(run))))

const measure = async ({ inFlight, isListRefused, maxSweeps = mostSweeps }: Case) => {
  const endings = drawEndings(inFlight, 1)
  const runs = Array.from({ length: inFlight }, (_, number) =>
    runNumber(number, t0 - 60_000 - Math.floor(((inFlight - number) * 1000) / endingsPerSecond)),
  )
  const clock = manualClock(t0)
  const statusAt = (runId: string, nowMs: number) => {
    const ending = endings.get(runId)
    return ending !== undefined && ending.atMs <= nowMs ? ending.status : 'IN_PROGRESS'
  }
  const { datazone, calls } = slowDataZone(runs, statusAt, clock, isListRefused === true)
  const store = memoryRunStore()
  for (const run of runs) store.given(run)
  const units = { read: 0, write: 0 }
  const bytes = runs[0] === undefined ? 0 : bytesOf(runs[0])
  const readDue = store.due
  store.due = async function* (nowMs) {
    for await (const { runs: found } of readDue(nowMs)) {
      for (let from = 0; from < found.length; from += recordsPerPage) {
        const page = found.slice(from, from + recordsPerPage)
        units.read += (page.length * bytes) / 4096 / 2
        yield { runs: page, unreadable: [] }
      }
    }
  }
  store.beforeWrite = (run) => {
    // The record, and its item in three indexes.
    units.write += 4 * Math.ceil(bytesOf(run) / 1024)
  }
  const lateMs: number[] = []
  const bus = recordingBus()
  bus.refuses = ({ detail }) => {
    const ending = endings.get(detail.data.runId ?? '')
    if (ending !== undefined) lateMs.push(clock.now() - ending.atMs)
    return false
  }
  let longestMs = 0
  let heapBytes = 0
  let sweeps = 0
  for (; sweeps < maxSweeps && lateMs.length < endings.size; sweeps += 1) {
    const startMs = t0 + (sweeps + 1) * periodMs
    clock.advance(Math.max(0, startMs - clock.now()))
    const report = await sweepRuns({
      clock,
      store,
      datazone,
      bus,
      queue: recordingQueue(),
      breakers: memoryBreakers(),
      switches: { pauseOf: async () => undefined },
      settings: defaults.sweeper,
      deadlineMs: clock.now() + sweepMs,
    })
    if (report.unreadable.length > 0) throw new Error('a record could not be read')
    longestMs = Math.max(longestMs, clock.now() - startMs)
    heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed)
    bus.events.length = 0
    store.writes.length = 0
  }
  lateMs.sort((left, right) => left - right)
  return { sweeps, calls, units, longestMs, heapBytes, lateMs, missing: endings.size - lateMs.length }
}

const secondsAt = (sorted: readonly number[], share: number): string =>
  ((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0) / 1000).toFixed(0)

await runCommand(
  command(
    'bench:sweep',
    'Measures how late sweeps without hints announce endings, and what a sweep costs.',
    {},
  ),
  async () => {
    console.log(`sweeps over runs in flight, no hints, ${callMs} ms a DataZone call, newest first in lists`)
    console.log(`up to ${endingsPerSecond} endings a second for ${endingMinutes} minutes; 5% fail\n`)
    let missed = 0
    for (const one of cases) {
      const { sweeps, calls, units, longestMs, heapBytes, lateMs, missing } = await measure(one)
      const latest = lateMs.at(-1) ?? 0
      const isMet = !one.isBound || (missing === 0 && latest <= latestMs)
      if (!isMet) missed += 1
      const name = `${one.inFlight} in flight${one.isListRefused === true ? ', List refused' : ''}`
      console.log(`${name.padEnd(30)} ${lateMs.length} endings in ${sweeps} sweeps${isMet ? '' : '  MISSED'}`)
      console.log(
        `    late: half ${secondsAt(lateMs, 0.5)} s, 95% ${secondsAt(lateMs, 0.95)} s, all ${secondsAt(lateMs, 1)} s` +
          `${one.isBound ? ` (at most ${latestMs / 1000} s)` : `; ${missing} not yet announced`}`,
      )
      console.log(
        `    a sweep: ${Math.round(calls.List / sweeps)} List, ${Math.round(calls.Get / sweeps)} Get, ` +
          `${Math.round(units.read / sweeps)} read and ${Math.round(units.write / sweeps)} write units, ` +
          `at most ${(longestMs / 1000).toFixed(1)} s; heap ${Math.round(heapBytes / 1024 / 1024)} MiB`,
      )
    }
    return missed === 0 ? 0 : 1
  },
)
