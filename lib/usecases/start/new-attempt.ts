import { isSameSubject } from '../../run/identity.ts'
import { heldSinceMs, type Wait } from '../../run/max-wait.ts'
import { present } from '../../run/present.ts'
import {
  type ClaimedRun,
  type ParkedRun,
  type PlannedRun,
  type Run,
  type RunError,
  type Subject,
  startUnknownName,
} from '../../run/run.ts'
import type { StartContext } from './start-context.ts'

/** An attempt that a request makes, and that no record holds yet. */
export interface NewAttempt {
  readonly subject: Subject
  readonly attempt: number
}

/** The part of a request's record that its attempts take over. */
type Requested = Pick<
  Run,
  'projectId' | 'request' | 'policy' | 'assetName' | 'fingerprint' | 'projectName' | 'portalUrl'
>

/** Whether an attempt was rejected and made no run: the request that follows a fix is not its duplicate. */
const endedWithoutRun = (run: Run): boolean =>
  run.state === 'ENDED' && run.ending === 'REJECTED' && run.error?.name !== startUnknownName

/**
 * Returns the attempt that a request makes for a subject, or undefined when the request is a duplicate. It is the first
 * attempt, or the next one when every earlier attempt ended without a run, or when the request says `regenerate` and made
 * no attempt yet. A PLANNED attempt counts in mode `plan` only.
 */
export const newAttempt = (
  subject: Subject,
  waiting: Requested,
  records: readonly Run[],
  { settings }: StartContext,
): NewAttempt | undefined => {
  const { requestKey, regenerate } = waiting.request
  const ofSubject = records.filter((run) => isSameSubject(run.subject, subject))
  const made = ofSubject.filter((run) => run.state !== 'PLANNED')
  const isNew = made.every((run) => run.request.requestKey !== requestKey)
  if (!(isNew && (regenerate || made.every(endedWithoutRun)))) return undefined
  const attempt = 1 + Math.max(0, ...made.map((run) => run.attempt))
  const isPlanned = ofSubject.some((run) => run.attempt === attempt)
  return isPlanned && settings.mode === 'plan' ? undefined : { subject, attempt }
}

/** The record of an attempt in mode `plan`. */
export const plannedRun = (
  { subject, attempt }: NewAttempt,
  { projectId, request, policy, assetName, fingerprint, projectName, portalUrl }: Requested,
  nowMs: number,
): PlannedRun => ({
  state: 'PLANNED',
  subject,
  attempt,
  projectId,
  request,
  ...present({ policy, assetName, fingerprint, projectName, portalUrl }),
  createdAtMs: nowMs,
  version: 0,
  history: [{ atMs: nowMs, what: 'planned' }],
})

/** The record of an attempt that waits. */
export const parkedRun = (
  attempt: NewAttempt,
  waiting: Requested,
  nowMs: number,
  wait: Wait & { readonly retryAtMs: number; readonly error?: RunError },
): ParkedRun => ({
  ...plannedRun(attempt, waiting, nowMs),
  history: [{ atMs: nowMs, what: `parked: ${wait.reason}` }],
  state: 'PARKED',
  reason: wait.reason,
  retryAtMs: wait.retryAtMs,
  ...present({ error: wait.error, heldSinceMs: heldSinceMs(wait, nowMs) }),
})

/** The claim of an attempt. Start counts as sent from the claim on, so the claim and that mark are one write. */
export const claimedRun = (
  attempt: NewAttempt,
  waiting: Requested,
  nowMs: number,
  leaseMs: number,
): ClaimedRun => ({
  ...plannedRun(attempt, waiting, nowMs),
  history: [{ atMs: nowMs, what: 'claimed' }],
  state: 'CLAIMED',
  leaseEndsAtMs: nowMs + leaseMs,
  startSent: { firstAtMs: nowMs, lastAtMs: nowMs + leaseMs },
})
