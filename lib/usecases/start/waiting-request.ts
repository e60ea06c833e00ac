import type { RequestedMetadataRun, RequestedRun } from '../../contracts/requested.ts'
import { eventId, runKey } from '../../run/identity.ts'
import type { Decision, RunSettings } from '../../run/policy.ts'
import { present } from '../../run/present.ts'
import {
  type EndedRun,
  isResolved,
  type MetadataSubject,
  type ParkedRun,
  type ParkReason,
  type RunError,
  type Subject,
  unknownProject,
} from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import { announce } from '../announce.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'

/** A request about an asset. */
export type WaitingRequest = ParkedRun & { readonly subject: MetadataSubject }

/** Whether a parked record is a request whose revision is not known yet. */
export const isWaitingRequest = (run: ParkedRun): run is WaitingRequest => !isResolved(run.subject)

/** What a request about an asset names, and what it leaves to the policy. */
const assetOrigin = ({ types, revision, trigger }: RequestedMetadataRun) =>
  present({ policyTypes: types === undefined ? [] : undefined, revision, trigger })

/**
 * Returns a request without a record as a parked one, under its request key while its revision is not known. At version 0
 * it has only been read from the queue: it is written when it has to wait, and most requests never do.
 */
export const waitingRequest = <About extends Subject>(
  request: RequestedRun,
  subject: About,
  context: StartContext,
): ParkedRun & { readonly subject: About } => {
  const nowMs = context.clock.now()
  return {
    state: 'PARKED',
    subject,
    attempt: 1,
    projectId: request.projectId ?? unknownProject,
    request: {
      requestKey: request.requestKey,
      lane: request.lane,
      // Not after it was sent, whatever the sender's clock says, so that a cancel that was sent later applies to it.
      requestedAtMs: Math.min(request.requestedAtMs ?? context.sentAtMs, context.sentAtMs, nowMs),
      regenerate: request.regenerate,
      ...present({ correlationId: request.correlationId }),
      ...(request.kind === 'DATA_SOURCE' ? {} : assetOrigin(request)),
    },
    createdAtMs: nowMs,
    version: 0,
    history: [{ atMs: nowMs, what: 'received' }],
    reason: 'UNAVAILABLE',
    retryAtMs: nowMs,
  }
}

/** Returns the request with the types and settings that the policy decided. */
export const withPolicySettings = (
  waiting: WaitingRequest,
  settings: RunSettings,
  context: StartContext,
): WaitingRequest => {
  const { revision: _, policyTypes, ...request } = waiting.request
  // Settings that were frozen earlier keep the version of the policy that decided them.
  const policy = { ...present({ version: context.settings.policyVersion }), ...settings.policy }
  if (policyTypes === undefined) return { ...waiting, request, policy }
  const types = settings.types ?? context.settings.defaultTypes
  return {
    ...waiting,
    subject: { ...waiting.subject, types },
    request: { ...request, policyTypes: types },
    policy,
  }
}

/** Returns the policy's decision to skip a request as an outcome. */
export const skippedByPolicy = (decision: Extract<Decision, { decision: 'skip' }>): RequestOutcome => {
  const { decision: _, ...why } = decision
  return { outcome: 'skipped', ...why }
}

const write = async <R extends ParkedRun | EndedRun>(
  run: R,
  context: StartContext,
): Promise<R | undefined> => {
  if (run.version > 0) return context.store.save(run)
  const creation = await context.store.create(run)
  return creation.outcome === 'created' ? creation.run : undefined
}

export const duplicateOf = (waiting: ParkedRun): RequestOutcome => ({
  outcome: 'duplicate',
  of: runKey(waiting),
})

/** Parks the request under its key. */
export const parkRequest = async (
  waiting: ParkedRun,
  why: { readonly reason: ParkReason; readonly retryAtMs: number; readonly error?: RunError },
  context: StartContext,
): Promise<RequestOutcome> => {
  const next = transition(waiting, { kind: 'REFUSED', definite: true, ...why }, context.clock.now())
  const parked = next.outcome === 'changed' ? await write(next.run, context) : undefined
  return parked === undefined ? duplicateOf(waiting) : { outcome: 'parked', run: parked }
}

/** Ends the request as REJECTED and announces the ending to its sender. */
export const rejectRequest = async (
  waiting: ParkedRun,
  error: RunError,
  context: StartContext,
): Promise<RequestOutcome> => {
  const next = transition(waiting, { kind: 'REJECTED', error }, context.clock.now())
  const ended = next.outcome === 'changed' ? await write(next.run, context) : undefined
  if (ended === undefined) return duplicateOf(waiting)
  await announce([ended], context)
  return { outcome: 'rejected', eventId: eventId(ended, 'REJECTED'), reasons: [error.message] }
}
