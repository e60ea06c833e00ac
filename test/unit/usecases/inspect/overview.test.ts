import { describe, expect, test } from 'vitest'
import type { RunStore } from '../../../../lib/ports/run-store.ts'
import type { LastSweep } from '../../../../lib/ports/sweep-log.ts'
import { overviewOf } from '../../../../lib/usecases/inspect/overview.ts'
import { quotaOf } from '../../../../lib/usecases/inspect/quota.ts'
import { memoryBreakers } from '../../../support/memory-breakers.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { claimedRun, inFlightRun, minute, parkedRun, subject, t0 } from '../../../support/runs.ts'
import { withUnreadable } from '../../../support/unreadable-records.ts'

const subjectOf = (assetId: string) => ({ ...subject, assetId })

const sweep: LastSweep = {
  startedAtMs: t0 - minute,
  tookMs: 10,
  mode: 'run',
  caps: [],
  due: 0,
  announced: 0,
  released: 0,
  parked: { DENIED: 7, CAP_FULL: 90_000 },
  nextAtMs: { CAP_FULL: t0 + minute },
  unreadable: 0,
  outOfTime: false,
  problems: [],
}

const someRuns = () =>
  memoryRunStore(
    inFlightRun({ subject: subjectOf('a'), startedAtMs: t0 }),
    claimedRun({ subject: subjectOf('b') }),
    parkedRun({ subject: subjectOf('c'), reason: 'DENIED', retryAtMs: t0 - minute }),
    parkedRun({ subject: subjectOf('d'), reason: 'DENIED', retryAtMs: t0 + minute }),
  )

const portsWith = (lastSweep: LastSweep | undefined, store: RunStore = someRuns()) => {
  const days = [
    { day: '2026-11-20', domainId: 'dzd_orders', projectId: 'p1', counts: { FAILED: 1, STARTED: 4 } },
    { day: '2026-11-20', domainId: 'dzd_orders', projectId: 'p2', counts: { FAILED: 2 } },
  ]
  return {
    store,
    breakers: memoryBreakers(),
    counts: { ofDay: async () => days, domains: async () => ['dzd_orders'] },
    sweeps: { last: async () => lastSweep },
    pauses: { pausesOf: async (domainId: string) => [{ domainId, reason: 'rebuild' }] },
  }
}

describe('overviewOf', () => {
  test('takes the parked requests from the last sweep, and adds the Starts in flight to those of the day', async () => {
    expect(await overviewOf(portsWith(sweep), t0)).toMatchObject({
      inFlight: 1,
      claimed: 1,
      unannounced: 0,
      parked: [
        { reason: 'CAP_FULL', count: 90_000, nextAtMs: t0 + minute },
        { reason: 'DENIED', count: 7 },
      ],
      parkedAtMs: t0 - minute,
      today: { FAILED: 3, STARTED: 5 },
      pauses: [{ domainId: 'dzd_orders', reason: 'rebuild' }],
      lastSweep: sweep,
    })
  })

  test('counts no Start of another day among those of today', async () => {
    const store = memoryRunStore(inFlightRun({ startedAtMs: t0 - 24 * 60 * minute }))
    expect((await overviewOf(portsWith(sweep, store), t0)).today).toEqual({ FAILED: 3, STARTED: 4 })
  })

  test('names the next of the parked requests of a reason', async () => {
    const store = memoryRunStore(
      parkedRun({ subject: subjectOf('a'), reason: 'DENIED', retryAtMs: t0 }),
      parkedRun({ subject: subjectOf('b'), reason: 'DENIED', retryAtMs: t0 + 2 * minute }),
      parkedRun({ subject: subjectOf('c'), reason: 'DENIED', retryAtMs: t0 + 3 * minute }),
    )
    const { parked } = await overviewOf(portsWith(undefined, store), t0)
    expect(parked).toEqual([{ reason: 'DENIED', count: 3, nextAtMs: t0 + 2 * minute }])
  })

  test.each([
    ['of the work alone, where the last sweep counted the parked requests', sweep, 2],
    ['of the work and the parked requests, where it counts both', undefined, 3],
  ])('counts the unreadable records %s', async (_, last, unreadable) => {
    const store = withUnreadable(memoryRunStore(), { due: 2, waiting: 1 })
    expect(await overviewOf(portsWith(last, store), t0)).toMatchObject({ unreadable })
  })

  test.each([
    ['before the first sweep', undefined, {}],
    ['on demand', sweep, { isExact: true }],
  ])('counts the parked records themselves %s', async (_, last, options) => {
    expect(await overviewOf(portsWith(last), t0, options)).toMatchObject({
      parked: [{ reason: 'DENIED', count: 2, nextAtMs: t0 + minute }],
      parkedAtMs: t0,
    })
  })
})

describe('quotaOf', () => {
  test('shows what is used, reserved and left of each day and month, and when it turns', async () => {
    const caps = [
      { name: 'names', type: 'BUSINESS_NAMES', perDay: 10, perMonth: 100, reserveForLive: 20 },
    ] as const
    const usage = { used: async () => [4, 130] }
    expect(await quotaOf(caps, usage, t0)).toEqual([
      {
        cap: 'names',
        type: 'BUSINESS_NAMES',
        scope: 'everything',
        period: 'DAY#2026-11-20',
        limit: 10,
        used: 4,
        reserved: 0,
        left: 6,
        turnsAtMs: Date.parse('2026-11-21T00:00:00Z'),
      },
      {
        cap: 'names',
        type: 'BUSINESS_NAMES',
        scope: 'everything',
        period: 'MONTH#2026-11',
        limit: 100,
        used: 130,
        reserved: 20,
        left: 0,
        turnsAtMs: Date.parse('2026-12-01T00:00:00Z'),
      },
    ])
  })
})
