import { duplicateEvent, skippedEvent } from '../lib/contracts/answer-event.ts'
import type { AssetEvent } from '../lib/contracts/asset-event.ts'
import type { CancelRequest } from '../lib/contracts/cancel-request.ts'
import { malformedEvent } from '../lib/contracts/malformed-event.ts'
import { endedEvent, eventSource, type RunEvent, startedEvent } from '../lib/contracts/run-event.ts'
import type { DataSourceRunRequest, MetadataRunRequest } from '../lib/contracts/run-request.ts'
import { type EndedRun, type Ending, endings, type InFlightRun, type ParkedRun } from '../lib/run/run.ts'

const request: MetadataRunRequest = {
  version: 1,
  requestId: 'nightly-load-2026-11-20/store_sales',
  kind: 'METADATA_GENERATION',
  domainId: 'dzd_4hcuvz5s9kx7ma',
  projectId: 'b2yn6t0r9p1q3w',
  asset: { id: 'c8r1d5m3k7x2ha', revision: '4' },
  types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
  lane: 'live',
  correlationId: 'nightly-load-2026-11-20',
  requestedAt: '2026-11-20T02:14:03.120Z',
}

const sourceRequest: DataSourceRunRequest = {
  version: 1,
  requestId: 'nightly-load-2026-11-20/glue',
  kind: 'DATA_SOURCE',
  domainId: request.domainId,
  projectId: request.projectId,
  dataSource: { id: 'a9k2m7x4p1s6da' },
  triggerKey: 'nightly-load-2026-11-20',
  correlationId: 'nightly-load-2026-11-20',
}

const cancelRequest: CancelRequest = {
  version: 1,
  requestId: 'nightly-load-2026-11-20/wrong-columns',
  kind: 'CANCEL',
  domainId: request.domainId,
  asset: { id: request.asset.id, revision: '4' },
  requestedAt: '2026-11-20T02:14:30.000Z',
  reason: 'the load put the columns in a wrong order',
}

const sourceCancelRequest: CancelRequest = {
  version: 1,
  requestId: 'nightly-load-2026-11-20/withdrawn',
  kind: 'CANCEL',
  domainId: request.domainId,
  dataSource: sourceRequest.dataSource,
  triggerKey: sourceRequest.triggerKey,
  requestedAt: '2026-11-20T02:14:30.000Z',
}

const assetEvent: AssetEvent = {
  version: '0',
  id: '7a1d3e52-9a8f-4d0c-8a53-2c6a0f4be1d9',
  'detail-type': 'Asset Added To Catalog',
  source: 'aws.datazone',
  account: '111122223333',
  time: '2026-11-20T02:14:03Z',
  region: 'eu-west-1',
  resources: [],
  detail: {
    version: '655',
    metadata: {
      domain: 'dzd_4hcuvz5s9kx7ma',
      id: 'd6v2h9s4j1f8ka',
      version: '1',
      typeName: 'AssetListingType',
      owningProjectId: 'b2yn6t0r9p1q3w',
      awsAccountId: '111122223333',
    },
    data: { assetId: 'c8r1d5m3k7x2ha' },
  },
}

const startedAtMs = Date.parse('2026-11-20T02:14:04.480Z')

const inFlight: InFlightRun = {
  state: 'IN_FLIGHT',
  subject: {
    kind: 'METADATA_GENERATION',
    domainId: request.domainId,
    assetId: request.asset.id,
    revision: '4',
    types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
  },
  attempt: 1,
  projectId: request.projectId,
  projectName: 'Retail analytics',
  assetName: 'store_sales',
  portalUrl:
    'https://dzd_4hcuvz5s9kx7ma.datazone.eu-west-1.on.aws/projects/b2yn6t0r9p1q3w/catalog/assets/c8r1d5m3k7x2ha',
  request: {
    requestKey: `request:${request.requestId}`,
    lane: 'live',
    requestedAtMs: Date.parse('2026-11-20T02:14:03.120Z'),
    regenerate: false,
    correlationId: 'nightly-load-2026-11-20',
  },
  createdAtMs: startedAtMs - 400,
  version: 2,
  history: [],
  runId: '5n0q8w2e7t4y1u',
  startedAtMs,
  nativeStatus: 'SUBMITTED',
}

const typeStat = (type: string, status: string, errorMessage?: string) => ({
  type,
  status,
  ...(errorMessage === undefined ? {} : { errorMessage }),
})

/** What DataZone answers about a metadata run, by ending. */
const answersByEnding: Readonly<Record<Ending, Partial<EndedRun>>> = {
  SUCCEEDED: { nativeStatus: 'SUCCEEDED' },
  PARTIALLY_SUCCEEDED: {
    nativeStatus: 'PARTIALLY_SUCCEEDED',
    typeStats: [
      typeStat('BUSINESS_DESCRIPTIONS', 'SUCCEEDED'),
      typeStat('BUSINESS_NAMES', 'FAILED', 'The model gave no usable answer.'),
    ],
    error: { name: 'GenerationFailed', message: 'BUSINESS_NAMES: The model gave no usable answer.' },
  },
  FAILED: {
    nativeStatus: 'FAILED',
    typeStats: [typeStat('BUSINESS_DESCRIPTIONS', 'FAILED', 'The asset has too many columns.')],
    error: { name: 'GenerationFailed', message: 'BUSINESS_DESCRIPTIONS: The asset has too many columns.' },
  },
  CANCELED: {
    nativeStatus: 'CANCELED',
    cancel: { requestedAtMs: startedAtMs + 26_000, requestId: cancelRequest.requestId },
  },
  TIMED_OUT: { nativeStatus: 'IN_PROGRESS' },
  LOST: { nativeStatus: 'IN_PROGRESS' },
  REJECTED: { error: { name: 'ValidationException', message: 'The asset has no structured schema.' } },
}

const { assetName: _, portalUrl: __, ...withoutAsset } = inFlight

const sourceInFlight: InFlightRun = {
  ...withoutAsset,
  subject: {
    kind: 'DATA_SOURCE',
    domainId: request.domainId,
    dataSourceId: sourceRequest.dataSource.id,
    triggerKey: sourceRequest.triggerKey,
  },
  request: { ...inFlight.request, requestKey: `request:${sourceRequest.requestId}` },
  runId: '3c7r9v1z5b8n2q',
  nativeStatus: 'REQUESTED',
}

/** The observer does not look up the project name of a foreign run. */
const { projectName: ___, ...unnamed } = sourceInFlight

/** A run that a schedule started and the policy follows. */
const foreignInFlight: InFlightRun = {
  ...unnamed,
  subject: {
    kind: 'DATA_SOURCE',
    domainId: request.domainId,
    dataSourceId: sourceRequest.dataSource.id,
    foreignRunId: '8x4k1m6d0w3h5j',
  },
  request: {
    requestKey: 'event:d41c7b90-3e52-4f6a-9c1e-7b2a90c4e6f8',
    lane: 'live',
    requestedAtMs: startedAtMs,
    regenerate: false,
  },
  runId: '8x4k1m6d0w3h5j',
}

/** What DataZone answers about a data source run, by ending. Only a run that was never started can be CANCELED. */
const sourceAnswers: Readonly<Record<Ending, Partial<EndedRun>>> = {
  ...answersByEnding,
  SUCCEEDED: {
    nativeStatus: 'SUCCESS',
    statistics: { added: 2, updated: 5, unchanged: 17, skipped: 0, failed: 0 },
    lineageStatus: 'IN_PROGRESS',
  },
  PARTIALLY_SUCCEEDED: {
    nativeStatus: 'PARTIALLY_SUCCEEDED',
    statistics: { added: 2, updated: 5, unchanged: 14, skipped: 0, failed: 3 },
    lineageStatus: 'PARTIALLY_SUCCEEDED',
  },
  FAILED: {
    nativeStatus: 'FAILED',
    statistics: { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 },
    lineageStatus: 'FAILED',
    error: { name: 'ACCESS_DENIED_EXCEPTION', message: 'Access to the Glue database was denied.' },
  },
  CANCELED: {
    cancel: { requestedAtMs: startedAtMs + 41_000, requestId: sourceCancelRequest.requestId },
  },
  TIMED_OUT: { nativeStatus: 'RUNNING' },
  LOST: { nativeStatus: 'RUNNING' },
  REJECTED: { error: { name: 'ResourceNotFoundException', message: 'There is no such data source.' } },
}

const ended = (ending: Ending, of: InFlightRun, shown: typeof answersByEnding): EndedRun => {
  const { runId, nativeStatus: _, startedAtMs: began, ...common } = of
  const isUnstarted = ending === 'REJECTED' || (ending === 'CANCELED' && of === sourceInFlight)
  return {
    ...common,
    state: 'ENDED',
    ending,
    detectedAtMs: startedAtMs + 41_000,
    ...(isUnstarted ? {} : { runId, startedAtMs: began }),
    ...shown[ending],
  }
}

/** Returns an event in the envelope that EventBridge delivers. */
const envelope = (event: RunEvent, id: string) => ({
  version: '0',
  id,
  'detail-type': event.detailType,
  source: eventSource,
  account: '111122223333',
  time: new Date(event.timeMs).toISOString(),
  region: 'eu-west-1',
  resources: [],
  detail: event.detail,
})

const fileName = (event: RunEvent): string => event.detailType.toLowerCase().replaceAll(' ', '-')

/** A request that makes no run, as the starter holds it. */
const repeatedRequest: ParkedRun = {
  state: 'PARKED',
  subject: inFlight.subject,
  attempt: 1,
  projectId: request.projectId,
  request: {
    ...inFlight.request,
    requestKey: 'request:nightly-load-2026-11-20/retry',
    correlationId: 'nightly-load-2026-11-20/retry',
  },
  createdAtMs: startedAtMs,
  version: 0,
  history: [],
  reason: 'UNAVAILABLE',
  retryAtMs: startedAtMs,
}

/** Returns the events that answer RunRequests that make no run. */
const answers = (): readonly RunEvent[] => {
  const repeatedSourceRequest = { ...repeatedRequest, subject: sourceInFlight.subject }
  const nowMs = startedAtMs + 5_000
  return [
    skippedEvent(repeatedRequest, { reason: 'POLICY', rule: 0, because: 'staging tables' }, nowMs),
    duplicateEvent(repeatedRequest, inFlight, nowMs),
    skippedEvent(repeatedSourceRequest, { reason: 'MODE_OFF' }, nowMs),
    duplicateEvent(repeatedSourceRequest, ended('SUCCEEDED', sourceInFlight, sourceAnswers), nowMs),
  ]
}

const alreadyActive =
  'dataSource: run 3c7r9v1z5b8n2q is active, and DataZone cannot cancel data source runs; wait until it ends'

/** Returns one sample of every message and event, by file name. */
export const samples = (): Readonly<Record<string, object>> => {
  const events = [
    startedEvent(inFlight),
    ...endings.map((ending) => endedEvent(ended(ending, inFlight, answersByEnding), { minimal: false })),
    startedEvent(sourceInFlight),
    ...endings.map((ending) => endedEvent(ended(ending, sourceInFlight, sourceAnswers), { minimal: false })),
  ]
  const id = '0f6c9b1e-5f0a-4e43-9d59-6a1f6a3c2b10'
  return {
    'run-request': request,
    'data-source-run-request': sourceRequest,
    'cancel-request': cancelRequest,
    'data-source-cancel-request': sourceCancelRequest,
    'asset-added-to-catalog': assetEvent,
    ...Object.fromEntries([...events, ...answers()].map((event) => [fileName(event), envelope(event, id)])),
    'foreign-data-source-run-succeeded': envelope(
      endedEvent(ended('SUCCEEDED', foreignInFlight, sourceAnswers), { minimal: false }),
      id,
    ),
    'cancel-request-rejected': envelope(
      malformedEvent('{}', [alreadyActive], startedAtMs, {
        envelopeId: sourceCancelRequest.requestId,
        runKind: 'DATA_SOURCE',
        errorName: 'CannotCancel',
        isCancel: true,
        about: { domainId: request.domainId, dataSourceId: sourceRequest.dataSource.id },
      }),
      id,
    ),
    'malformed-request-rejected': envelope(
      malformedEvent('{}', ['requestId: is missing; give a string'], startedAtMs),
      id,
    ),
  }
}
