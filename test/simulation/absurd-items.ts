import { toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import type { Breaker } from '../../lib/run/breaker.ts'
import { type Cap, countersAt } from '../../lib/run/caps.ts'
import { partitionOf } from '../../lib/run/identity.ts'
import type { ClaimedRun, ParkedRun } from '../../lib/run/run.ts'
import type { DataZone } from '../../local/datazone/datazone.ts'
import type { Environment } from './environment.ts'
import type { SimulatedBreakers } from './ports/breakers.ts'
import type { Random } from './ports/random.ts'
import type { SimulatedTable } from './ports/run-store.ts'
import type { SimulatedPace } from './ports/start-pace.ts'
import type { Item } from './ports/stored-item.ts'
import type { SimulatedSwitches } from './ports/switches.ts'
import { heldSource, leasedAsset, parkedAsset, pausedProject, trialSource } from './trials.ts'
import { domainId, projectId } from './world-ids.ts'

const inYear2100Ms = Date.UTC(2100, 0)

/** Fields of the pace that no starter writes. A starter that trusted them would send no Start, or all at once. */
const absurdPaces: readonly object[] = [
  { nextSlotMs: inYear2100Ms },
  { nextSlotMs: 'soon' },
  { version: 2 ** 53 },
  { rateCuts: -1 },
  { loweredRate: 1e-9, loweredAtMs: inYear2100Ms, limitRate: 1e-9 },
  { loweredRate: 0, limitRate: 0, loweredAtMs: 0 },
  { throttling: { sum: 1, count: 1, firstAtMs: inYear2100Ms, lastAtMs: inYear2100Ms } },
]

/** Returns open breakers of a project: one from a clock that runs ahead, and one whose probe never comes. */
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

/** Values that are no count of a data source's claims. */
const absurdCounts: readonly unknown[] = [-5, 2 ** 53, 'many', 0.5]

/** Values that are no count of a cap's runs. */
const absurdRuns: readonly unknown[] = [-5, 1e12, 'many', { runs: 1 }]

/** Sort keys of switches that name neither a domain nor a project. */
const malformedSwitchKeys = [
  'domain',
  'PROJECT',
  'PROJECT#',
  'PROJECT# project1',
  'project1',
  `DOMAIN#${domainId}`,
]

/** Malformed switches, as written by hand, that pause all the same. */
const malformedPauses: readonly object[] = [
  {},
  { paused: 'no' },
  { paused: 0 },
  { paused: null, reason: 7 },
  { pause: true },
]

/** Values that do not name the record of a run id. */
const malformedHolders: readonly unknown[] = [
  null,
  7,
  '',
  'SOURCE#dzd_simulated1#source1',
  'ASSET#dzd_simulated1#a RUN#1',
]

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
  // As where the policy turns Started events off.
  policy: { version: 0, announceStarted: false as const },
  createdAtMs: nowMs,
  version: 1,
  history: [{ atMs: nowMs, what: 'planted' }],
})

/** Returns records that wait for a time far ahead: for the end of a lease, and for the next try of a parked request. */
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

/** The parts of a world in which a trial plants items: what all starters share, and DataZone, which has the runs. */
export interface PlantedTable {
  readonly table: SimulatedTable
  readonly pace: SimulatedPace
  readonly breakers: SimulatedBreakers
  readonly switches: SimulatedSwitches
  readonly environment: Environment
  /** Its events become hints. */
  readonly hinting: DataZone
  readonly caps: readonly Omit<Cap, 'type'>[]
  readonly nowMs: number
}

/** Damages the item of each data source run's id. A run that begins now is among them, before any starter knows of it. */
const plantHolders = (random: Random, { table, hinting }: PlantedTable): void => {
  hinting.control.startScheduledRun({ domainId, dataSourceId: heldSource, type: 'SCHEDULED' })
  for (const { id } of hinting.control.dataSourceRuns())
    table.plantHolder(domainId, id, random.pick(malformedHolders))
}

/** Plants a malformed switch that pauses nothing, and one that pauses a project. Returns the removal of the latter. */
const plantSwitches = (random: Random, { switches }: PlantedTable): (() => void) => {
  switches.plant(random.pick(malformedSwitchKeys), random.pick([{ paused: true }, ...malformedPauses]))
  switches.plant(`PROJECT#${pausedProject}`, random.pick(malformedPauses))
  return () => switches.plant(`PROJECT#${pausedProject}`, undefined)
}

/**
 * Plants absurd items: the pace, a breaker, the count of a source's claims, two records, the items of run ids, and two
 * switches. Returns the repair that an operator makes at the end.
 */
export const plantAbsurdItems = (random: Random, planted: PlantedTable): (() => void) => {
  const { table, pace, breakers, nowMs } = planted
  pace.plant(random.pick(absurdPaces))
  breakers.plant(random.pick(absurdBreakers(nowMs)))
  table.plantClaimCount(partitionOf({ domainId, dataSourceId: trialSource }), random.pick(absurdCounts))
  for (const item of recordsFarAhead(nowMs)) table.plant(item)
  plantHolders(random, planted)
  return plantSwitches(random, planted)
}

/** Plants absurd counters of every cap. Returns the repair that an operator makes at the end: the former counts. */
export const plantAbsurdCounters = (random: Random, { table, caps, nowMs }: PlantedTable): (() => void) => {
  const before = countersAt(caps, nowMs).map(
    (counter) => [counter, table.plantCounter(counter, random.pick(absurdRuns))] as const,
  )
  return () => {
    for (const [counter, runs] of before) table.plantCounter(counter, runs ?? 0)
  }
}
