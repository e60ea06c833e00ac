import type {
  ClaimedRun,
  DataSourceSubject,
  EndedRun,
  InFlightRun,
  MetadataSubject,
  ParkedRun,
  PlannedRun,
  RequestOrigin,
} from '../../lib/run/run.ts'

/** The time at which tests begin. */
export const t0 = Date.parse('2026-11-20T02:14:00.000Z')

export const second = 1000
export const minute = 60_000

export const subject: MetadataSubject = {
  kind: 'METADATA_GENERATION',
  domainId: 'dzd_orders',
  assetId: 'asset-1',
  revision: '4',
  types: ['BUSINESS_DESCRIPTIONS'],
}

export const sourceSubject: DataSourceSubject = {
  kind: 'DATA_SOURCE',
  domainId: 'dzd_orders',
  dataSourceId: 'source-1',
  triggerKey: 'load-1',
}

export const origin: RequestOrigin = {
  requestKey: 'request:nightly-1',
  lane: 'live',
  requestedAtMs: t0 - 2 * minute,
  regenerate: false,
}

const common = {
  subject,
  attempt: 1,
  projectId: 'project-1',
  request: origin,
  createdAtMs: t0,
  version: 1,
  history: [{ atMs: t0, what: 'made for a test' }],
}

export const plannedRun = (over: Partial<PlannedRun> = {}): PlannedRun => ({
  ...common,
  state: 'PLANNED',
  ...over,
})

export const claimedRun = (over: Partial<ClaimedRun> = {}): ClaimedRun => ({
  ...common,
  state: 'CLAIMED',
  leaseEndsAtMs: t0 + minute,
  startSent: { firstAtMs: t0, lastAtMs: t0 + minute },
  ...over,
})

export const parkedRun = (over: Partial<ParkedRun> = {}): ParkedRun => ({
  ...common,
  state: 'PARKED',
  reason: 'THROTTLED',
  retryAtMs: t0 + minute,
  ...over,
})

export const inFlightRun = (over: Partial<InFlightRun> = {}): InFlightRun => ({
  ...common,
  state: 'IN_FLIGHT',
  runId: 'run-1',
  startedAtMs: t0,
  nativeStatus: 'SUBMITTED',
  ...over,
})

export const endedRun = (over: Partial<EndedRun> = {}): EndedRun => ({
  ...common,
  state: 'ENDED',
  ending: 'SUCCEEDED',
  detectedAtMs: t0 + minute,
  runId: 'run-1',
  startedAtMs: t0,
  nativeStatus: 'SUCCEEDED',
  ...over,
})

/** Returns a run that was rejected, so that DataZone never ran it. */
export const rejectedRun = (over: Partial<EndedRun> = {}): EndedRun => ({
  ...common,
  state: 'ENDED',
  ending: 'REJECTED',
  detectedAtMs: t0 + minute,
  error: { name: 'ValidationException', message: 'no structured schema' },
  ...over,
})
