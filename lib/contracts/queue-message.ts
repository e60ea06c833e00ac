import * as z from 'zod/mini'
import type { GenerationType, Lane, RunKind } from '../run/run.ts'
import { AssetEvent } from './datazone-event.ts'
import { senderId } from './fields.ts'
import { parseWith } from './problems.ts'
import { Release } from './release.ts'
import { RunRequest } from './run-request.ts'

/** A request in one shape, whichever door it came through. */
export interface RequestedRun {
  readonly requestKey: string
  readonly kind: RunKind
  readonly domainId: string
  readonly projectId: string
  readonly assetId: string
  readonly revision?: string
  readonly types?: readonly GenerationType[]
  readonly lane: Lane
  readonly correlationId?: string
  readonly requestedAtMs?: number
  readonly regenerate: boolean
  /** DataZone's own word that the asset was published. */
  readonly published?: true
}

export type QueueMessage =
  | { readonly kind: 'request'; readonly request: RequestedRun }
  | { readonly kind: 'release'; readonly release: Release }
  | { readonly kind: 'malformed'; readonly problems: readonly string[]; readonly envelopeId?: string }

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

const malformed = (problems: readonly string[], envelopeId?: string): QueueMessage => ({
  kind: 'malformed',
  problems,
  ...(envelopeId === undefined ? {} : { envelopeId }),
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

const fromRunRequest = (body: object): QueueMessage => {
  const parsed = parseWith(RunRequest, body)
  if (!parsed.ok) return malformed(parsed.problems, envelopeIdOf(body, 'requestId'))
  const { requestId, asset, types, lane, correlationId, requestedAt, ...request } = parsed.value
  return {
    kind: 'request',
    request: {
      requestKey: `request:${requestId}`,
      kind: request.kind,
      domainId: request.domainId,
      projectId: request.projectId,
      assetId: asset.id,
      lane: lane ?? 'live',
      regenerate: request.regenerate ?? false,
      ...(asset.revision === undefined ? {} : { revision: asset.revision }),
      ...(types === undefined ? {} : { types }),
      ...(correlationId === undefined ? {} : { correlationId }),
      ...(requestedAt === undefined ? {} : { requestedAtMs: Date.parse(requestedAt) }),
    },
  }
}

/** What a body on the request queue is. Never throws, whatever it is given. */
export const parseQueueMessage = (body: string): QueueMessage => {
  const value = json(body)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return malformed(['body: must be a JSON object: a RunRequest, or an EventBridge event of aws.datazone'])
  }
  if (Object.hasOwn(value, 'detail-type')) return fromAssetEvent(value)
  if (Object.hasOwn(value, 'release')) {
    const parsed = parseWith(Release, value)
    return parsed.ok ? { kind: 'release', release: parsed.value } : malformed(parsed.problems)
  }
  return fromRunRequest(value)
}
