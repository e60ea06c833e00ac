import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import { partitionOf } from '../../lib/run/identity.ts'
import type { ClaimedRun, ParkedRun } from '../../lib/run/run.ts'
import type { SimulatedBreakers } from './ports/breakers.ts'
import type { Random } from './ports/random.ts'
import type { SimulatedTable } from './ports/run-store.ts'
import type { SimulatedPace } from './ports/start-pace.ts'
import type { Item } from './ports/stored-item.ts'
import { leasedAsset, parkedAsset, trialSource } from './trials.ts'

const domainId = 'dzd_simulated1'
const projectId = 'project1'
const inYear2100Ms = Date.UTC(2100, 0)

/** Fields of the pace that no starter writes. Each of them, believed, would stop every Start or set them all free. */
const absurdPaces: readonly object[] = [
  { nextSlotMs: inYear2100Ms },
  { nextSlotMs: 'soon' },
  { version: 2 ** 53 },
  { rateCuts: -1 },
  { loweredRate: 1e-9, loweredAtMs: inYear2100Ms, limitRate: 1e-9 },
  { loweredRate: 0, limitRate: 0, loweredAtMs: 0 },
  { throttling: { sum: 1, count: 1, firstAtMs: inYear2100Ms, lastAtMs: inYear2100Ms } },
]

/** Open breakers of a project, from a clock that runs ahead, and with a probe that never comes. */
const absurdBreakers = (nowMs: number): readonly Breaker[] =>
  [
    { openedAtMs: inYear2100Ms, nextProbeAtMs: inYear2100Ms },
    { openedAtMs: nowMs, nextProbeAtMs: inYear2100Ms },
  ].map((times) => ({
    cause: { reason: 'DENIED', domainId, projectId },
    call: 'Start',
    probes: 0,
    ...times,
  }))

/** Counts of a data source's claims that are none. */
const absurdCounts: readonly unknown[] = [-5, 2 ** 53, 'many', 0.5]

const recordOf = (assetId: string, nowMs: number) => ({
  subject: {
    kind: 'METADATA_GENERATION' as const,
    domainId,
    assetId,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS' as const],
  },
  attempt: 1,
  projectId,
  request: {
    requestKey: `request:${assetId}`,
    lane: 'live' as const,
    requestedAtMs: nowMs,
    regenerate: false,
  },
  // As where the policy announces no Start.
  policy: { version: 0, announceStarted: false as const },
  createdAtMs: nowMs,
  version: 1,
  history: [{ atMs: nowMs, what: 'planted' }],
})

/** Records that wait for a time far ahead: a claim's lease, and a parked request's next try. */
const recordsFarAhead = (nowMs: number): readonly Item[] => {
  const claimed: ClaimedRun = {
    ...recordOf(leasedAsset, nowMs),
    state: 'CLAIMED',
    leaseEndsAtMs: inYear2100Ms,
    startSent: { firstAtMs: nowMs, lastAtMs: inYear2100Ms },
  }
  const parked: ParkedRun = {
    ...recordOf(parkedAsset, nowMs),
    state: 'PARKED',
    reason: 'UNAVAILABLE',
    retryAtMs: inYear2100Ms,
  }
  return [toItem(claimed), toItem(parked)]
}

/** The parts of the table that hold what all starters share. */
export interface PlantedTable {
  readonly table: SimulatedTable
  readonly pace: SimulatedPace
  readonly breakers: SimulatedBreakers
  readonly nowMs: number
}

/** Puts absurd items into the table: the pace, a breaker, the count of a source's claims, and two records. */
export const plantAbsurdItems = (random: Random, { table, pace, breakers, nowMs }: PlantedTable): void => {
  pace.plant(random.pick(absurdPaces))
  breakers.plant(random.pick(absurdBreakers(nowMs)))
  table.plantClaimCount(partitionOf({ domainId, dataSourceId: trialSource }), random.pick(absurdCounts))
  for (const item of recordsFarAhead(nowMs)) table.plant(item)
}
