import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Cap } from '../../lib/run/caps.ts'
import { type Lane, lanes } from '../../lib/run/run.ts'
import { claimWithinCaps } from '../../lib/usecases/start/claim-within-caps.ts'
import type { StartContext } from '../../lib/usecases/start/start-context.ts'
import { manualClock } from '../support/manual-clock.ts'
import { memoryBreakers } from '../support/memory-breakers.ts'
import { memoryRunStore } from '../support/memory-run-store.ts'
import { memorySkipLog } from '../support/memory-skip-log.ts'
import { recordingBus, recordingQueue } from '../support/recorders.ts'
import { claimedRun, minute, origin, parkedRun, subject, t0 } from '../support/runs.ts'
import { scriptedDataZone } from '../support/scripted-datazone.ts'
import { defaults } from '../support/starter-world.ts'

const hour = 60 * minute
const limits = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
const caps: fc.Arbitrary<Cap> = fc
  .record({ perDay: limits, perMonth: limits, reserve: fc.nat(2) })
  .filter((cap) => cap.perDay !== undefined || cap.perMonth !== undefined)
  .map(({ perDay: day, perMonth: month, reserve }) => {
    const most = (month ?? day ?? 1) - 1
    return {
      name: 'all',
      ...(day === undefined ? {} : { perDay: day }),
      ...(month === undefined ? {} : { perMonth: month }),
      ...(Math.min(reserve, most) === 0 ? {} : { reserveForLive: Math.min(reserve, most) }),
    }
  })

/** Steps, each after a delay, that claim one of six runs, or park a claimed one so that it can be claimed again. */
const steps = fc.array(
  fc.record({ run: fc.nat(5), parks: fc.boolean(), laterMs: fc.constantFrom(0, 0, minute, 9 * hour) }),
  { minLength: 1, maxLength: 40 },
)

const startContextOf = (cap: Cap) => {
  const clock = manualClock(t0)
  const store = memoryRunStore()
  const context: StartContext = {
    store,
    clock,
    bus: recordingBus(),
    queue: recordingQueue(),
    datazone: scriptedDataZone({}),
    pace: { reserve: async () => [], rateCuts: async () => 0, slowDown: async () => {} },
    switches: { pauseOf: async () => undefined },
    skips: memorySkipLog(),
    settings: { ...defaults.starter, policy: { ...defaults.starter.policy, caps: [cap] } },
    breakers: memoryBreakers(),
    gate: {
      blockedBy: async () => undefined,
      refused: async () => {},
      allowed: async () => {},
      leave: async () => {},
    },
    place: { slot: async () => ({ atMs: 0, rateCuts: 0 }), leave: () => {} },
    deadlineMs: Number.POSITIVE_INFINITY,
    sentAtMs: t0,
    receiveCount: 1,
  }
  return { clock, store, context }
}

interface Step {
  readonly run: number
  readonly parks: boolean
  readonly laterMs: number
}

/** Claims and parks runs step by step, and returns the claimed runs by UTC day. */
const play = async (
  sequence: readonly Step[],
  laneOf: (run: number) => Lane,
  { clock, store, context }: ReturnType<typeof startContextOf>,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> => {
  const claimed = new Map<string, Set<number>>()
  for (const { run, parks, laterMs } of sequence) {
    clock.advance(laterMs)
    const fields = {
      subject: { ...subject, assetId: `asset-${run}` },
      request: { ...origin, lane: laneOf(run) },
    }
    const stored = store.current(claimedRun(fields))
    const countedIn = stored?.countedIn === undefined ? {} : { countedIn: stored.countedIn }
    if (stored?.state === 'CLAIMED') {
      if (parks) await store.save(parkedRun({ ...fields, ...countedIn, version: stored.version }))
      continue
    }
    const claim = claimedRun({ ...fields, ...countedIn, version: stored?.version ?? 0 })
    const { outcome } = await claimWithinCaps(claim, {}, context)
    expect(['claimed', 'full']).toContain(outcome)
    const day = new Date(clock.now()).toISOString().slice(0, 10)
    if (outcome === 'claimed') claimed.set(day, (claimed.get(day) ?? new Set()).add(run))
  }
  return claimed
}

const laneLists = fc.array(fc.constantFrom(...lanes), { minLength: 6, maxLength: 6 })

test('P7: keeps every day and month within its cap, and counts each attempt once, in any order of claims', async () => {
  await fc.assert(
    fc.asyncProperty(caps, laneLists, steps, async (cap, laneList, sequence) => {
      const context = startContextOf(cap)
      const laneOf = (run: number): Lane => laneList[run] ?? 'live'
      const claimed = await play(sequence, laneOf, context)
      const during = (period: string) =>
        new Set([...claimed].flatMap(([day, runs]) => (day.startsWith(period) ? [...runs] : [])))
      const holds = (kind: 'DAY' | 'MONTH', period: string, limit: number, reserve: number) => {
        const runs = [...during(period)]
        expect(runs.length).toBeLessThanOrEqual(limit)
        expect(runs.filter((run) => laneOf(run) === 'backfill').length).toBeLessThanOrEqual(limit - reserve)
        expect(context.store.runsIn({ cap: 'all', period: `${kind}#${period}` })).toBe(runs.length)
      }
      const { perDay, perMonth, reserveForLive = 0 } = cap
      for (const day of claimed.keys()) {
        if (perDay !== undefined) holds('DAY', day, perDay, perMonth === undefined ? reserveForLive : 0)
        if (perMonth !== undefined) holds('MONTH', day.slice(0, 7), perMonth, reserveForLive)
      }
    }),
    { numRuns: 500 },
  )
})
