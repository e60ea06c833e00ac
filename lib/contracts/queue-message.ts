import * as z from 'zod/mini'
import { present } from '../run/present.ts'
import { type RunKind, runKinds } from '../run/run.ts'
import type { Sender } from '../run/senders.ts'
import { parseAssetEvent, triggerEvents, withdrawalEvents } from './asset-event.ts'
import { AssetCancelRequest, type CancelRequest, SourceCancelRequest } from './cancel-request.ts'
import { fieldOf, jsonOf } from './event-body.ts'
import { readIf, senderId, timestampMs } from './fields.ts'
import { parseWith } from './problems.ts'
import { Release } from './release.ts'
import type { RequestedCancel, RequestedRun } from './requested.ts'
import { MetadataRunRequest, RunRequest } from './run-request.ts'

/**
 * What a body on the request queue is.
 *
 * 1. P2: a body that its sender can fix is `malformed`, and each problem names the field and the fix.
 * 2. DataZone cannot fix its events, so one that cannot be read is `ignored`, never rejected.
 * 3. Parsing never throws.
 */

export type QueueMessage =
  /** `via` is the sender as the run bus names it; absent for a message that was sent to the queue. */
  | { readonly kind: 'request'; readonly request: RequestedRun; readonly via?: Sender }
  | { readonly kind: 'cancel'; readonly cancel: RequestedCancel; readonly via?: Sender }
  | { readonly kind: 'release'; readonly release: Release }
  /** A DataZone event that cannot be read. */
  | { readonly kind: 'ignored'; readonly problems: readonly string[] }
  | {
      readonly kind: 'malformed'
      readonly problems: readonly string[]
      readonly envelopeId?: string
      /** The kind of run it requests, when that can be read. */
      readonly runKind?: RunKind
      readonly isCancel?: true
    }

/** The sender's id of a malformed message, when that can be read. */
const envelopeIdOf = (value: object, name: 'id' | 'requestId'): string | undefined =>
  readIf(senderId, fieldOf(value, name))

const malformed = (
  problems: readonly string[],
  envelopeId?: string,
  runKind?: RunKind,
): Extract<QueueMessage, { kind: 'malformed' }> => ({
  kind: 'malformed',
  problems,
  ...present({ envelopeId, runKind }),
})

const fromAssetEvent = (envelope: object, sentAtMs: number): QueueMessage => {
  const parsed = parseAssetEvent(envelope)
  if (!parsed.ok) return { kind: 'ignored', problems: parsed.problems }
  const { eventId, name, trigger, domainId, assetId, projectId, happenedAtMs } = parsed.value
  if (trigger === undefined) {
    const requestedAtMs = Math.min(happenedAtMs ?? sentAtMs, sentAtMs)
    return {
      kind: 'cancel',
      cancel: {
        requestId: eventId,
        domainId,
        target: { assetId },
        requestedAtMs,
        reason: name,
        onlyWaiting: true,
      },
    }
  }
  return {
    kind: 'request',
    request: {
      requestKey: `event:${eventId}`,
      kind: 'METADATA_GENERATION',
      domainId,
      assetId,
      lane: 'live',
      regenerate: false,
      trigger,
      ...present({ projectId, requestedAtMs: happenedAtMs }),
    },
  }
}

/** The subject of a run request. */
const requestedTarget = (request: RunRequest) => {
  if (request.kind === 'DATA_SOURCE') {
    const { kind, dataSource, triggerKey } = request
    return { kind, dataSourceId: dataSource.id, triggerKey, regenerate: false }
  }
  const { kind, asset, types, regenerate } = request
  return {
    kind,
    assetId: asset.id,
    regenerate: regenerate ?? false,
    ...present({ revision: asset.revision, types }),
  }
}

/** A request without a usable kind is parsed as the more common one, so that its sender sees every problem at once. */
const problemsWithKind = (body: object, kindProblems: readonly string[]): readonly string[] => {
  const parsed = parseWith(MetadataRunRequest, body)
  return parsed.ok
    ? kindProblems
    : parsed.problems.flatMap((problem) => (problem.startsWith('kind:') ? kindProblems : [problem]))
}

const fromRunRequest = (body: object): QueueMessage => {
  const parsed = parseWith(RunRequest, body)
  if (!parsed.ok) {
    const runKind = readIf(z.enum(runKinds), fieldOf(body, 'kind'))
    const problems = runKind === undefined ? problemsWithKind(body, parsed.problems) : parsed.problems
    return malformed(problems, envelopeIdOf(body, 'requestId'), runKind)
  }
  const { requestId, domainId, projectId, lane, correlationId, requestedAt } = parsed.value
  return {
    kind: 'request',
    request: {
      ...requestedTarget(parsed.value),
      requestKey: `request:${requestId}`,
      domainId,
      projectId,
      lane: lane ?? 'live',
      ...present({
        correlationId,
        requestedAtMs: requestedAt === undefined ? undefined : timestampMs(requestedAt),
      }),
    },
  }
}

const cancelTarget = (request: CancelRequest): RequestedCancel['target'] => {
  if ('dataSource' in request) {
    const { dataSource, triggerKey } = request
    return { dataSourceId: dataSource.id, ...present({ triggerKey }) }
  }
  const { asset, types } = request
  return { assetId: asset.id, ...present({ revision: asset.revision, types }) }
}

/** How far a sender's clock may be ahead. */
const clockAheadMs = 5 * 60_000

/** A body with `dataSource` is parsed as a cancel of a data source, so that its sender sees the problems of that schema. */
const fromCancelRequest = (body: object, sentAtMs: number): QueueMessage => {
  const isOfSource = Object.hasOwn(body, 'dataSource')
  const runKind = isOfSource ? 'DATA_SOURCE' : undefined
  const parsed = isOfSource ? parseWith(SourceCancelRequest, body) : parseWith(AssetCancelRequest, body)
  if (!parsed.ok)
    return { ...malformed(parsed.problems, envelopeIdOf(body, 'requestId'), runKind), isCancel: true }
  const { requestId, domainId, requestedAt, reason } = parsed.value
  const requestedAtMs = timestampMs(requestedAt)
  if (requestedAtMs > sentAtMs + clockAheadMs) {
    const problem =
      'requestedAt: must not be more than 5 minutes after the message was sent; give the time until which runs were requested'
    return { ...malformed([problem], requestId, runKind), isCancel: true }
  }
  return {
    kind: 'cancel',
    cancel: {
      requestId,
      domainId,
      target: cancelTarget(parsed.value),
      requestedAtMs: Math.min(requestedAtMs, sentAtMs),
      ...present({ reason }),
    },
  }
}

interface BusMessage {
  /** The schema of its `detail`, for problems. */
  readonly name: string
  readonly parse: (detail: object, sentAtMs: number) => QueueMessage
}

/** The messages that come through the run bus, by detail-type. */
const busMessages: Readonly<Record<string, BusMessage>> = {
  'Run Requested': { name: 'RunRequest', parse: fromRunRequest },
  'Run Cancel Requested': { name: 'CancelRequest', parse: fromCancelRequest },
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads the sender from an envelope. EventBridge sets both fields. */
const viaOf = (envelope: object): Sender =>
  present({
    account: readIf(senderId, fieldOf(envelope, 'account')),
    source: readIf(senderId, fieldOf(envelope, 'source')),
  })

/** The `requestId` identifies the request, as on the queue: the same request sent both ways is one request. */
const fromRunBus = (envelope: object, { name, parse }: BusMessage, sentAtMs: number): QueueMessage => {
  const detail = fieldOf(envelope, 'detail')
  if (!isObject(detail)) return malformed([`detail: must be a ${name}`], envelopeIdOf(envelope, 'id'))
  const message = parse(detail, sentAtMs)
  if (message.kind === 'request' || message.kind === 'cancel') return { ...message, via: viaOf(envelope) }
  return message.kind === 'malformed'
    ? {
        ...message,
        problems: message.problems.map((problem) => `detail.${problem}`.replace(/^detail\.body:/, 'detail:')),
      }
    : message
}

const knownEventNames = [...Object.keys(triggerEvents), ...withdrawalEvents, ...Object.keys(busMessages)]

const fromEvent = (envelope: object, sentAtMs: number): QueueMessage => {
  const name = fieldOf(envelope, 'detail-type')
  const busMessage =
    typeof name === 'string' && Object.hasOwn(busMessages, name) ? busMessages[name] : undefined
  if (busMessage !== undefined) return fromRunBus(envelope, busMessage, sentAtMs)
  if (fieldOf(envelope, 'source') === 'aws.datazone') return fromAssetEvent(envelope, sentAtMs)
  const listed = knownEventNames.map((known) => `"${known}"`).join(', ')
  const problem = knownEventNames.some((known) => known === name)
    ? 'source: must be "aws.datazone"'
    : `detail-type: must be one of ${listed}`
  return malformed([problem], envelopeIdOf(envelope, 'id'))
}

/** A run request or a cancel request. */
const fromRequest = (body: object, sentAtMs: number): QueueMessage => {
  if (fieldOf(body, 'kind') === 'CANCEL') return fromCancelRequest(body, sentAtMs)
  const message = fromRunRequest(body)
  if (message.kind !== 'malformed') return message
  const withCancel = (problem: string) =>
    problem.startsWith('kind: must be one of') ? `${problem}, "CANCEL"` : problem
  return { ...message, problems: message.problems.map(withCancel) }
}

const byteOrderMark = '\uFEFF'

/** Returns why the form of a body rules out a request; undefined for an object. */
const packagingProblem = (body: string, value: unknown): string | undefined => {
  if (body.startsWith(byteOrderMark))
    return 'body: starts with a byte order mark; send the JSON without one (UTF-8, no BOM)'
  if (typeof value === 'string' && isObject(jsonOf(value)))
    return 'body: is JSON encoded twice; send the object itself, not a JSON string of it'
  if (fieldOf(value, 'Type') === 'Notification' && fieldOf(value, 'TopicArn') !== undefined)
    return 'body: is wrapped by Amazon SNS; enable raw message delivery on the subscription of the queue'
  return undefined
}

const notAnObject =
  'body: must be a JSON object: a RunRequest, a CancelRequest, or an EventBridge event of aws.datazone'

/**
 * Parses a body on the request queue.
 * @param sentAtMs when it was put on the queue, in ms since the epoch
 */
export const parseQueueMessage = (body: string, sentAtMs: number): QueueMessage => {
  const value = jsonOf(body)
  const problem = packagingProblem(body, value)
  if (problem !== undefined || !isObject(value)) return malformed([problem ?? notAnObject])
  if (Object.hasOwn(value, 'detail-type')) return fromEvent(value, sentAtMs)
  if (Object.hasOwn(value, 'release')) {
    const parsed = parseWith(Release, value)
    return parsed.ok ? { kind: 'release', release: parsed.value } : malformed(parsed.problems)
  }
  return fromRequest(value, sentAtMs)
}
