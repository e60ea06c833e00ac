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

/** Counts of a cap's runs that are none. */
const absurdRuns: readonly unknown[] = [-5, 1e12, 'many', { runs: 1 }]

/** Sort keys of switches that name neither a domain nor a project. */
const wrongSwitchKeys = [
  'domain',
  'PROJECT',
  'PROJECT#',
  'PROJECT# project1',
  'project1',
  'DOMAIN#dzd_simulated1',
]

/** Switches that pause, though a hand wrote them wrongly. */
const wrongPauses: readonly object[] = [
  {},
  { paused: 'no' },
  { paused: 0 },
  { paused: null, reason: 7 },
  { pause: true },
]

/** What the item of a run id cannot say. */
const wrongHolders: readonly unknown[] = [
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

/** The parts of the table that hold what all starters share, and DataZone, whose runs they are about. */
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

/** Damages the item of the id of every data source run, and of one that begins now, before any starter hears of it. */
const plantHolders = (random: Random, { table, hinting }: PlantedTable): void => {
  hinting.control.startScheduledRun({ domainId, dataSourceId: heldSource, type: 'SCHEDULED' })
  for (const { id } of hinting.control.dataSourceRuns())
    table.plantHolder(domainId, id, random.pick(wrongHolders))
}

/** Puts a malformed switch that pauses nothing, and one that pauses a project, into the table; returns its removal. */
const plantSwitches = (random: Random, { switches }: PlantedTable): (() => void) => {
  switches.plant(random.pick(wrongSwitchKeys), random.pick([{ paused: true }, ...wrongPauses]))
  switches.plant(`PROJECT#${pausedProject}`, random.pick(wrongPauses))
  return () => switches.plant(`PROJECT#${pausedProject}`, undefined)
}

/**
 * Puts absurd items into the table: the pace, a breaker, the count of a source's claims, two records, two switches, and
 * what run ids name. Returns what an operator does at the end.
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

/** Puts absurd counters of every cap into the table. Returns what an operator does at the end: counts as they were. */
export const plantAbsurdCounters = (random: Random, { table, caps, nowMs }: PlantedTable): (() => void) => {
  const before = countersAt(caps, nowMs).map(
    (counter) => [counter, table.plantCounter(counter, random.pick(absurdRuns))] as const,
  )
  return () => {
    for (const [counter, runs] of before) table.plantCounter(counter, runs ?? 0)
  }
}
