import * as z from 'zod/mini'
import { type GenerationType, type Lane, type RunKind, runKinds } from '../run/run.ts'
import { AssetEvent } from './datazone-event.ts'
import { senderId } from './fields.ts'
import { parseWith } from './problems.ts'
import { Release } from './release.ts'
import { MetadataRunRequest, RunRequest } from './run-request.ts'

interface RequestedCommon {
  readonly requestKey: string
  readonly domainId: string
  readonly projectId: string
  readonly lane: Lane
  readonly correlationId?: string
  readonly requestedAtMs?: number
  readonly regenerate: boolean
  /** DataZone's own word that the asset was published. */
  readonly published?: true
}

export interface RequestedMetadataRun extends RequestedCommon {
  readonly kind: 'METADATA_GENERATION'
  readonly assetId: string
  readonly revision?: string
  readonly types?: readonly GenerationType[]
}

export interface RequestedSourceRun extends RequestedCommon {
  readonly kind: 'DATA_SOURCE'
  readonly dataSourceId: string
  readonly triggerKey: string
}

/** A request in one shape, whichever door it came through. */
export type RequestedRun = RequestedMetadataRun | RequestedSourceRun

export type QueueMessage =
  | { readonly kind: 'request'; readonly request: RequestedRun }
  | { readonly kind: 'release'; readonly release: Release }
  | {
      readonly kind: 'malformed'
      readonly problems: readonly string[]
      readonly envelopeId?: string
      /** Which kind of run it asks for, when at least that can be told. */
      readonly runKind?: RunKind
    }

const json = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The sender's id of a message that is otherwise wrong, when at least that is usable. */
const envelopeIdOf = (value: object, name: 'id' | 'requestId'): string | undefined => {
  const field = z.safeParse(senderId, Reflect.get(value, name))
  return field.success ? field.data : undefined
}

const malformed = (problems: readonly string[], envelopeId?: string, runKind?: RunKind): QueueMessage => ({
  kind: 'malformed',
  problems,
  ...(envelopeId === undefined ? {} : { envelopeId }),
  ...(runKind === undefined ? {} : { runKind }),
})

const fromAssetEvent = (envelope: object): QueueMessage => {
  const parsed = parseWith(AssetEvent, envelope)
  if (!parsed.ok) return malformed(parsed.problems, envelopeIdOf(envelope, 'id'))
  const { id, time, detail } = parsed.value
  return {
    kind: 'request',
    request: {
      requestKey: `event:${id}`,
      kind: 'METADATA_GENERATION',
      domainId: detail.metadata.domain,
      projectId: detail.metadata.owningProjectId,
      assetId: detail.data.assetId,
      lane: 'live',
      regenerate: false,
      published: true,
      ...(time === undefined ? {} : { requestedAtMs: Date.parse(time) }),
    },
  }
}

/** What a request asks a run of. */
const askedFor = (request: RunRequest) => {
  if (request.kind === 'DATA_SOURCE') {
    const { kind, dataSource, triggerKey } = request
    return { kind, dataSourceId: dataSource.id, triggerKey, regenerate: false }
  }
  const { kind, asset, types, regenerate } = request
  return {
    kind,
    assetId: asset.id,
    regenerate: regenerate ?? false,
    ...(asset.revision === undefined ? {} : { revision: asset.revision }),
    ...(types === undefined ? {} : { types }),
  }
}

/** A request without a usable kind is judged as the more common one, so that its sender hears of all in one go. */
const problemsWithKind = (body: object, kindProblems: readonly string[]): readonly string[] => {
  const parsed = parseWith(MetadataRunRequest, body)
  return parsed.ok
    ? kindProblems
    : parsed.problems.flatMap((problem) => (problem.startsWith('kind:') ? kindProblems : [problem]))
}

const fromRunRequest = (body: object): QueueMessage => {
  const parsed = parseWith(RunRequest, body)
  if (!parsed.ok) {
    const runKind = z.safeParse(z.enum(runKinds), Reflect.get(body, 'kind'))
    const problems = runKind.success ? parsed.problems : problemsWithKind(body, parsed.problems)
    return malformed(problems, envelopeIdOf(body, 'requestId'), runKind.data)
  }
  const { requestId, domainId, projectId, lane, correlationId, requestedAt } = parsed.value
  return {
    kind: 'request',
    request: {
      ...askedFor(parsed.value),
      requestKey: `request:${requestId}`,
      domainId,
      projectId,
      lane: lane ?? 'live',
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(requestedAt === undefined ? {} : { requestedAtMs: Date.parse(requestedAt) }),
    },
  }
}

/** `detail-type` of a request that comes through the run bus; its `detail` is a RunRequest. */
const runRequested = 'Run Requested'

/** Its request key is the `requestId`, as on the queue: the same request through both doors is one request. */
const fromRunRequested = (envelope: object): QueueMessage => {
  const detail: unknown = Reflect.get(envelope, 'detail')
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) {
    return malformed(['detail: must be a RunRequest'], envelopeIdOf(envelope, 'id'))
  }
  const message = fromRunRequest(detail)
  return message.kind === 'malformed'
    ? { ...message, problems: message.problems.map((problem) => `detail.${problem}`) }
    : message
}

/** What a body on the request queue is. Never throws, whatever it is given. */
export const parseQueueMessage = (body: string): QueueMessage => {
  const value = json(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed(['body: must be a JSON object: a RunRequest, or an EventBridge event of aws.datazone'])
  }
  if (Object.hasOwn(value, 'detail-type')) {
    return Reflect.get(value, 'detail-type') === runRequested
      ? fromRunRequested(value)
      : fromAssetEvent(value)
  }
  if (Object.hasOwn(value, 'release')) {
    const parsed = parseWith(Release, value)
    return parsed.ok ? { kind: 'release', release: parsed.value } : malformed(parsed.problems)
  }
  return fromRunRequest(value)
}
