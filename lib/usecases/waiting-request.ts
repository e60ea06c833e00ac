import type { RequestedRun } from '../contracts/queue-message.ts'
import { canonicalTypes, eventId, runKey } from '../run/identity.ts'
import type { Decision, Orders } from '../run/policy.ts'
import type { EndedRun, ParkedRun, ParkReason, RunError } from '../run/run.ts'
import { transition } from '../run/transition.ts'
import { announce } from './announce.ts'
import type { RequestOutcome } from './outcome.ts'
import type { StarterTools } from './starter-tools.ts'

/**
 * A request that names no run yet, as a parked record under its request key. Version 0 is one that has only been read
 * from the queue: it is written when it has to wait, and most never have to.
 */
export const waitingRequest = (request: RequestedRun, tools: StarterTools): ParkedRun => {
  const nowMs = tools.clock.now()
  return {
    state: 'PARKED',
    subject: {
      kind: request.kind,
      domainId: request.domainId,
      assetId: request.assetId,
      types: canonicalTypes(request.types ?? tools.settings.defaultTypes),
    },
    attempt: 1,
    projectId: request.projectId,
    request: {
      requestKey: request.requestKey,
      lane: request.lane,
      requestedAtMs: Math.min(request.requestedAtMs ?? tools.sentAtMs, nowMs),
      regenerate: request.regenerate,
      ...(request.correlationId === undefined ? {} : { correlationId: request.correlationId }),
      ...(request.published === undefined ? {} : { published: request.published }),
      ...(request.types === undefined ? { policyTypes: [] } : {}),
      ...(request.revision === undefined ? {} : { revision: request.revision }),
    },
    createdAtMs: nowMs,
    version: 0,
    history: [{ atMs: nowMs, what: 'received' }],
    reason: 'UNAVAILABLE',
    retryAtMs: nowMs,
  }
}

/** The request as the policy orders it, to be claimed. */
export const ordered = (waiting: ParkedRun, orders: Orders, tools: StarterTools): ParkedRun => {
  const { revision: _, policyTypes, ...request } = waiting.request
  if (policyTypes === undefined) return { ...waiting, request, policy: orders.policy }
  const types = orders.types ?? tools.settings.defaultTypes
  return {
    ...waiting,
    subject: { ...waiting.subject, types },
    request: { ...request, policyTypes: types },
    policy: orders.policy,
  }
}

/** Why the policy skips a request, as its outcome. */
export const skippedBy = (decision: Extract<Decision, { decision: 'skip' }>): RequestOutcome => {
  const { decision: _, ...why } = decision
  return { outcome: 'skipped', ...why }
}

const write = async <R extends ParkedRun | EndedRun>(run: R, tools: StarterTools): Promise<R | undefined> => {
  if (run.version > 0) return tools.store.save(run)
  const creation = await tools.store.create(run)
  return creation.outcome === 'created' ? creation.run : undefined
}

export const taken = (waiting: ParkedRun): RequestOutcome => ({ outcome: 'duplicate', of: runKey(waiting) })

/** Parks the request under its key. */
export const keepWaiting = async (
  waiting: ParkedRun,
  why: { readonly reason: ParkReason; readonly retryAtMs: number; readonly error?: RunError },
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const next = transition(waiting, { kind: 'REFUSED', definite: true, ...why }, tools.clock.now())
  const parked = next.outcome === 'changed' ? await write(next.run, tools) : undefined
  return parked === undefined ? taken(waiting) : { outcome: 'parked', run: parked }
}

/** Ends the request as REJECTED, and says so to its sender. */
export const rejectWaiting = async (
  waiting: ParkedRun,
  error: RunError,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const next = transition(waiting, { kind: 'REJECTED', error }, tools.clock.now())
  const ended = next.outcome === 'changed' ? await write(next.run, tools) : undefined
  if (ended === undefined) return taken(waiting)
  await announce([ended], tools)
  return { outcome: 'rejected', eventId: eventId(ended, 'REJECTED'), reasons: [error.message] }
}
