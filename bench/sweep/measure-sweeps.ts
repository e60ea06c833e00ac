import { sweepRuns } from '../../lib/usecases/sweep/sweep-runs.ts'
import { deployed } from '../../test/simulation/deployed.ts'
import { manualClock } from '../../test/support/manual-clock.ts'
import { memoryBreakers } from '../../test/support/memory-breakers.ts'
import { recordingBus, recordingQueue } from '../../test/support/recorders.ts'
import { t0 } from '../../test/support/runs.ts'
import { defaults } from '../../test/support/starter-world.ts'
import { meteredStore } from './metered-store.ts'
import { drawEndings, type Endings, runsInFlight, statusAt } from './runs-in-flight.ts'
import { slowDataZone } from './slow-datazone.ts'

const periodMs = 60_000
/** The poller's timeout, less what its handler keeps back. */
const sweepMs = deployed.poller.timeoutMs - 8000
const mostSweeps = 40

export interface SweepCase {
  readonly inFlight: number
  readonly isListRefused?: true
  /** Sweeps after which to stop, whatever is not announced by then. */
  readonly maxSweeps?: number
}

/** A bus that notes how late each ending is announced, in ms. */
const latenessBus = (endings: Endings, now: () => number) => {
  const lateMs: number[] = []
  const bus = recordingBus()
  bus.refuses = ({ detail }) => {
    const ending = endings.get(detail.data.runId ?? '')
    if (ending !== undefined) lateMs.push(now() - ending.atMs)
    return false
  }
  return { bus, lateMs }
}

/** Sweeps each minute until every ending is announced, or `maxSweeps` are over. */
export const measureSweeps = async ({ inFlight, isListRefused, maxSweeps = mostSweeps }: SweepCase) => {
  const clock = manualClock(t0)
  const endings = drawEndings(inFlight, 1)
  const runs = runsInFlight(inFlight)
  const { store, units } = meteredStore(runs)
  const { bus, lateMs } = latenessBus(endings, clock.now)
  const { datazone, calls } = slowDataZone(runs, (runId) => statusAt(endings, runId, clock.now()), clock, {
    isListRefused: isListRefused === true,
  })
  const sweep = () =>
    sweepRuns({
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
  let [longestMs, heapBytes, sweeps] = [0, 0, 0]
  for (; sweeps < maxSweeps && lateMs.length < endings.size; sweeps += 1) {
    const startMs = t0 + (sweeps + 1) * periodMs
    clock.advance(Math.max(0, startMs - clock.now()))
    const { unreadable } = await sweep()
    if (unreadable.length > 0) throw new Error(`unreadable records: ${unreadable.join(', ')}`)
    longestMs = Math.max(longestMs, clock.now() - startMs)
    heapBytes = Math.max(heapBytes, process.memoryUsage().heapUsed)
    // What the doubles record would count as heap of the sweep.
    bus.events.length = 0
    store.writes.length = 0
  }
  lateMs.sort((left, right) => left - right)
  return { sweeps, calls, units, longestMs, heapBytes, lateMs, missing: endings.size - lateMs.length }
}
