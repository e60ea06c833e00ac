import type { DataZone, ServiceRun } from '../../lib/ports/datazone.ts'
import type { InFlightRun } from '../../lib/run/run.ts'
import { settleRuns } from '../../lib/usecases/sweep/settle-runs.ts'
import { manualClock } from './manual-clock.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { inFlightRun, minute, subject, t0 } from './runs.ts'
import { answered, refused, scriptedDataZone, serviceRun } from './scripted-datazone.ts'
import { defaults } from './starter-world.ts'

/** Returns run `run-N` of asset `asset-N`, which started `ageMs` ago. */
export const run = (n: number, ageMs = 2 * minute): InFlightRun =>
  inFlightRun({
    history: [],
    runId: `run-${n}`,
    startedAtMs: t0 - ageMs,
    subject: { ...subject, assetId: `asset-${n}` },
  })

export const runs = (count: number, ageMs?: number) => Array.from({ length: count }, (_, n) => run(n, ageMs))

/** The status of each run in DataZone, by run id. */
export type Statuses = Readonly<Record<string, string>>

export const shownRuns = (statuses: Statuses, status?: string): ServiceRun[] =>
  Object.entries(statuses)
    .filter(([, is]) => status === undefined || is === status)
    .map(([runId, nativeStatus]) => serviceRun({ runId, nativeStatus }))

/** Returns a script for a DataZone that has these runs and pages of `pageSize` runs. */
export const dataZoneWith = (statuses: Statuses, pageSize = 50): Partial<DataZone> => ({
  getRun: async (_domainId, runId) => {
    const found = shownRuns(statuses).find((candidate) => candidate.runId === runId)
    return found === undefined ? refused('NOT_FOUND') : answered(found)
  },
  listRuns: async (_domainId, { status, nextToken }) => {
    const from = Number(nextToken ?? 0)
    const all = shownRuns(statuses, status)
    return answered({
      runs: all.slice(from, from + pageSize),
      ...(from + pageSize < all.length ? { nextToken: String(from + pageSize) } : {}),
    })
  },
})

/** Settles `tracked` against a scripted DataZone and returns the store, the calls and the settlement. */
export const settle = async (
  tracked: readonly InFlightRun[],
  script: Partial<DataZone>,
  deadlineMs = t0 + minute,
  nowMs = t0,
) => {
  const store = memoryRunStore(...tracked)
  const datazone = scriptedDataZone(script)
  const clock = manualClock(nowMs)
  const settlement = await settleRuns(tracked, {
    store,
    datazone,
    clock,
    settings: defaults.sweeper,
    deadlineMs,
  })
  return {
    store,
    calls: datazone.calls,
    ...settlement,
    endings: settlement.ended.map((ended) => ended.runId).toSorted(),
  }
}

/** Settles `tracked` while each List, and each round of concurrent Gets, takes `callMs`. */
export const settleSlowly = async (
  tracked: readonly InFlightRun[],
  script: Partial<DataZone>,
  lastsMs: number,
  callMs: number,
  nowMs = t0,
) => {
  const clock = manualClock(nowMs)
  let running: Promise<void> | undefined
  const round = () => {
    running ??= new Promise<void>((resolve) =>
      setImmediate(() => {
        clock.advance(callMs)
        running = undefined
        resolve()
      }),
    )
    return running
  }
  const datazone = scriptedDataZone({
    getRun: async (...input) => {
      await round()
      return script.getRun?.(...input) ?? refused('NOT_FOUND')
    },
    listRuns: async (...input) => {
      clock.advance(callMs)
      return script.listRuns?.(...input) ?? refused('INVALID')
    },
  })
  const store = memoryRunStore(...tracked)
  const settings = defaults.sweeper
  const findings = await settleRuns(tracked, {
    store,
    datazone,
    clock,
    settings,
    deadlineMs: nowMs + lastsMs,
  })
  return {
    ...findings,
    calls: datazone.calls,
    endings: findings.ended.map(({ runId }) => runId),
    leftMs: nowMs + lastsMs - clock.now(),
  }
}

export const statuses = (count: number, statusOf: (n: number) => string): Statuses =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`run-${n}`, statusOf(n)]))

/** Settles the runs in flight once a minute for `forMs`, with `getRun` answering every Get, and returns the store. */
export const settleEachMinute = async (
  tracked: InFlightRun | readonly InFlightRun[],
  forMs: number,
  getRun: DataZone['getRun'],
) => {
  const store = memoryRunStore(...[tracked].flat())
  const clock = manualClock()
  while (clock.now() <= t0 + forMs) {
    const active = store.all().filter((there) => there.state === 'IN_FLIGHT')
    const deadlineMs = clock.now() + minute
    const datazone = scriptedDataZone({ getRun })
    await settleRuns(active, { store, clock, datazone, settings: defaults.sweeper, deadlineMs })
    clock.advance(minute)
  }
  return store
}
