import * as z from 'zod/mini'
import { type GenerationType, type Lane, type RunKind, runKinds } from '../run/run.ts'
import { AssetCancelRequest, type CancelRequest, SourceCancelRequest } from './cancel-request.ts'
import { AssetEvent, assetAdded } from './datazone-event.ts'
import { jsonOf } from './event-body.ts'
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

/** What is to be cancelled of an asset or a data source, whichever door the request came through. */
export interface RequestedCancel {
  readonly requestId: string
  readonly domainId: string
  readonly target:
    | { readonly assetId: string; readonly revision?: string; readonly types?: readonly GenerationType[] }
    | { readonly dataSourceId: string; readonly triggerKey?: string }
  /** No later than the message was sent: nobody can mean what is not asked for yet. */
  readonly requestedAtMs: number
  readonly reason?: string
}

export type QueueMessage =
  | { readonly kind: 'request'; readonly request: RequestedRun }
  | { readonly kind: 'cancel'; readonly cancel: RequestedCancel }
  | { readonly kind: 'release'; readonly release: Release }
  | {
      readonly kind: 'malformed'
      readonly problems: readonly string[]
      readonly envelopeId?: string
      /** Which kind of run it asks for, when at least that can be told. */
      readonly runKind?: RunKind
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

const cancelTarget = (request: CancelRequest): RequestedCancel['target'] => {
  if ('dataSource' in request) {
    const { dataSource, triggerKey } = request
    return { dataSourceId: dataSource.id, ...(triggerKey === undefined ? {} : { triggerKey }) }
  }
  const { asset, types } = request
  return {
    assetId: asset.id,
    ...(asset.revision === undefined ? {} : { revision: asset.revision }),
    ...(types === undefined ? {} : { types }),
  }
}

/** What a sender's clock may be ahead by. */
const clockAheadMs = 5 * 60_000

/** Which of the two it is, is told by what it names: a sender who gets it wrong hears of the fields of that one. */
const fromCancelRequest = (body: object, sentAtMs: number): QueueMessage => {
  const isOfSource = Object.hasOwn(body, 'dataSource')
  const parsed = isOfSource ? parseWith(SourceCancelRequest, body) : parseWith(AssetCancelRequest, body)
  if (!parsed.ok) {
    const runKind = isOfSource ? 'DATA_SOURCE' : undefined
    return malformed(parsed.problems, envelopeIdOf(body, 'requestId'), runKind)
  }
  const { requestId, domainId, requestedAt, reason } = parsed.value
  const requestedAtMs = Date.parse(requestedAt)
  if (requestedAtMs > sentAtMs + clockAheadMs) {
    const problem =
      'requestedAt: must not be more than 5 minutes after the message was sent; give the time until which runs were asked for'
    return malformed([problem], requestId, isOfSource ? 'DATA_SOURCE' : undefined)
  }
  return {
    kind: 'cancel',
    cancel: {
      requestId,
      domainId,
      target: cancelTarget(parsed.value),
      requestedAtMs: Math.min(requestedAtMs, sentAtMs),
      ...(reason === undefined ? {} : { reason }),
    },
  }
}

type Door = readonly [name: string, read: (detail: object, sentAtMs: number) => QueueMessage]

/** What comes through the run bus, by `detail-type`: what its `detail` is, and who reads that. */
const onTheRunBus: Readonly<Record<string, Door>> = {
  'Run Requested': ['RunRequest', fromRunRequest],
  'Run Cancel Requested': ['CancelRequest', fromCancelRequest],
}

/** Which of the three an event of another name was meant to be, nobody can tell: its sender hears of all. */
const withOtherEvents = (problem: string): string =>
  problem.startsWith('detail-type:')
    ? `detail-type: must be one of ${[assetAdded, ...Object.keys(onTheRunBus)].map((name) => `"${name}"`).join(', ')}`
    : problem

/** Its id is the `requestId`, as on the queue: the same request through both doors is one request. */
const fromRunBus = (envelope: object, [name, read]: Door, sentAtMs: number): QueueMessage => {
  const detail: unknown = Reflect.get(envelope, 'detail')
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) {
    return malformed([`detail: must be a ${name}`], envelopeIdOf(envelope, 'id'))
  }
  const message = read(detail, sentAtMs)
  return message.kind === 'malformed'
    ? {
        ...message,
        problems: message.problems.map((problem) => `detail.${problem}`.replace(/^detail\.body:/, 'detail:')),
      }
    : message
}

/** A body of our own that asks for a run, or for one to be cancelled. */
const fromBody = (body: object, sentAtMs: number): QueueMessage => {
  if (Reflect.get(body, 'kind') === 'CANCEL') return fromCancelRequest(body, sentAtMs)
  const message = fromRunRequest(body)
  if (message.kind !== 'malformed') return message
  const withCancel = (problem: string) =>
    problem.startsWith('kind: must be one of') ? `${problem}, "CANCEL"` : problem
  return { ...message, problems: message.problems.map(withCancel) }
}

/**
 * What a body on the request queue is. Never throws, whatever it is given.
 * @param sentAtMs when it was put on the queue, in ms since the epoch
 */
export const parseQueueMessage = (body: string, sentAtMs: number): QueueMessage => {
  const value = jsonOf(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed([
      'body: must be a JSON object: a RunRequest, a CancelRequest, or an EventBridge event of aws.datazone',
    ])
  }
  if (Object.hasOwn(value, 'detail-type')) {
    const detailType: unknown = Reflect.get(value, 'detail-type')
    const isOurs = typeof detailType === 'string' && Object.hasOwn(onTheRunBus, detailType)
    const door = isOurs ? onTheRunBus[detailType] : undefined
    if (door !== undefined) return fromRunBus(value, door, sentAtMs)
    const message = fromAssetEvent(value)
    return message.kind === 'malformed'
      ? { ...message, problems: message.problems.map(withOtherEvents) }
      : message
  }
  if (Object.hasOwn(value, 'release')) {
    const parsed = parseWith(Release, value)
    return parsed.ok ? { kind: 'release', release: parsed.value } : malformed(parsed.problems)
  }
  return fromBody(value, sentAtMs)
}
