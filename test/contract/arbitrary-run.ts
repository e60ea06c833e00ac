import fc from 'fast-check'
import {
  type ClaimedRun,
  type EndedRun,
  endings,
  generationTypes,
  type InFlightRun,
  lanes,
  type ParkedRun,
  type PlannedRun,
  parkReasons,
  type Run,
} from '../../lib/run/run.ts'
import { triggers } from '../../lib/run/trigger.ts'
import { ids, revisions } from '../support/arbitrary-runs.ts'

/** Times in whole milliseconds, as clocks return them, and in fractions of them, as paced slots have them. */
const times = fc.oneof(
  fc.integer({ min: 0, max: Date.UTC(10_000, 0) - 1 }),
  fc
    .record({ ms: fc.integer({ min: 0, max: 4e12 }), slots: fc.integer({ min: 0, max: 10_000 }) })
    .map(({ ms, slots }) => ms + (slots * 1000) / 9.8),
)
const texts = fc.string({ maxLength: 60, unit: 'binary' }).filter((text) => text.isWellFormed())
const names = fc.oneof(fc.constantFrom('SUCCEEDED', 'IN_PROGRESS', '__proto__', 'constructor', ''), texts)
const senderIds = fc.stringMatching(/^[\x20-\x7E]{1,128}$/)

const sent = fc.record({ firstAtMs: times, lastAtMs: times })
const errors = fc.record({ name: names, message: texts })
const typeStats = fc.array(
  fc.record({ type: names, status: names, errorMessage: texts }, { requiredKeys: ['type', 'status'] }),
  { maxLength: 3 },
)

const statistics = fc.record(
  {
    added: fc.nat(),
    updated: fc.nat(),
    unchanged: fc.nat(),
    skipped: fc.nat(),
    failed: fc.nat(),
  },
  { requiredKeys: [] },
)

let made = 0
/** Returns an id that no other run has, so that two arbitrary runs never share a partition of the table. */
const freshId = fc.constant(undefined).map(() => {
  made += 1
  return `asset-${process.pid}-${Date.now().toString(36)}-${made}`
})

const metadataSubject = fc.record(
  {
    kind: fc.constant('METADATA_GENERATION' as const),
    domainId: ids.map((id) => `dzd_${id}`.slice(0, 40)),
    assetId: freshId,
    revision: revisions,
    types: fc.subarray([...generationTypes], { minLength: 1 }),
  },
  { requiredKeys: ['kind', 'domainId', 'assetId', 'types'] },
)

const sourceSubject = fc.record({
  kind: fc.constant('DATA_SOURCE' as const),
  domainId: ids.map((id) => `dzd_${id}`.slice(0, 40)),
  dataSourceId: freshId,
  triggerKey: senderIds,
})

const foreignSubject = fc.record({
  kind: fc.constant('DATA_SOURCE' as const),
  domainId: ids.map((id) => `dzd_${id}`.slice(0, 40)),
  dataSourceId: freshId,
  foreignRunId: ids,
})

const subject = fc.oneof(metadataSubject, sourceSubject, foreignSubject)

const request = fc.record(
  {
    requestKey: senderIds.map((id) => `request:${id}`),
    lane: fc.constantFrom(...lanes),
    requestedAtMs: times,
    regenerate: fc.boolean(),
    correlationId: senderIds,
    trigger: fc.constantFrom(...triggers),
    policyTypes: fc.subarray([...generationTypes]),
    revision: revisions,
  },
  { requiredKeys: ['requestKey', 'lane', 'requestedAtMs', 'regenerate'] },
)

const policy = fc.record(
  {
    retry: fc.record({ attempts: fc.integer({ min: 2, max: 10 }), delayMs: times }),
    deadlineMs: times,
    cancelAtDeadline: fc.constant(true as const),
    announceStarted: fc.constant(false as const),
    repeatGuardMs: times,
  },
  { requiredKeys: [] },
)

/** One arbitrary for each field of a state: the file does not compile if a field is missing. */
type Fields<State extends Run> = {
  readonly [Name in keyof Required<State>]: fc.Arbitrary<NonNullable<State[Name]>>
}

const common = {
  subject,
  attempt: fc.integer({ min: 1, max: 100_000 }),
  projectId: ids,
  request,
  policy,
  onlyTypes: fc.subarray([...generationTypes], { minLength: 1 }),
  retriesBefore: fc.integer({ min: 1, max: 9 }),
  countedIn: fc.array(fc.record({ cap: ids, period: fc.constantFrom('DAY#2026-11-21', 'MONTH#2026-11') }), {
    maxLength: 3,
  }),
  assetName: texts,
  projectName: texts,
  portalUrl: texts,
  fingerprint: ids,
  alsoRequestedBy: fc.array(
    fc.record({ requestKey: senderIds, correlationId: senderIds }, { requiredKeys: ['requestKey'] }),
    { maxLength: 3 },
  ),
  cancel: fc.record(
    { requestedAtMs: times, requestId: senderIds, sentAtMs: times },
    { requiredKeys: ['requestedAtMs'] },
  ),
  createdAtMs: times,
  heldMs: times,
  version: fc.integer({ min: 1, max: 1_000_000 }),
  history: fc.array(fc.record({ atMs: times, what: texts }), { maxLength: 20 }),
}
const commonKeys = [
  'subject',
  'attempt',
  'projectId',
  'request',
  'createdAtMs',
  'version',
  'history',
] as const

const planned = { ...common, state: fc.constant('PLANNED' as const) } satisfies Fields<PlannedRun>

const claimed = {
  ...common,
  state: fc.constant('CLAIMED' as const),
  leaseEndsAtMs: times,
  startSent: sent,
  earlierStart: sent,
  notFoundSinceMs: times,
} satisfies Fields<ClaimedRun>

const parked = {
  ...common,
  state: fc.constant('PARKED' as const),
  reason: fc.constantFrom(...parkReasons),
  retryAtMs: times,
  releasedAtMs: times,
  heldSinceMs: times,
  earlierStart: sent,
  notFoundSinceMs: times,
  error: errors,
} satisfies Fields<ParkedRun>

const inFlight = {
  ...common,
  state: fc.constant('IN_FLIGHT' as const),
  runId: ids,
  startedAtMs: times,
  nativeStatus: names,
  notFoundSinceMs: times,
  unansweredSinceMs: times,
} satisfies Fields<InFlightRun>

const ended = {
  ...common,
  state: fc.constant('ENDED' as const),
  ending: fc.constantFrom(...endings),
  detectedAtMs: times,
  runId: ids,
  startedAtMs: times,
  nativeStatus: names,
  typeStats,
  statistics,
  lineageStatus: names,
  error: errors,
  willRetry: fc.constant(true as const),
  announcedAtMs: times,
  acceptedAtMs: times,
} satisfies Fields<EndedRun>

/** Runs of every state, with any combination of optional fields. */
export const arbitraryRun: fc.Arbitrary<Run> = fc.oneof(
  fc.record(planned, { requiredKeys: [...commonKeys, 'state'] }),
  fc.record(claimed, { requiredKeys: [...commonKeys, 'state', 'leaseEndsAtMs', 'startSent'] }),
  fc.record(parked, { requiredKeys: [...commonKeys, 'state', 'reason', 'retryAtMs'] }),
  fc.record(inFlight, { requiredKeys: [...commonKeys, 'state', 'runId', 'startedAtMs', 'nativeStatus'] }),
  fc.record(ended, { requiredKeys: [...commonKeys, 'state', 'ending', 'detectedAtMs'] }),
)
