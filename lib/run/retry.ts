import { typesToRun } from './identity.ts'
import { present } from './present.ts'
import { type EndedRun, type GenerationType, isCancelRequested, type ParkedRun } from './run.ts'

/** The types that did not succeed according to `typeStats`, or all types when none of them is shown to have failed. */
const failedTypes = (run: EndedRun): readonly GenerationType[] => {
  const types = typesToRun(run)
  const succeeded = new Set(
    run.typeStats?.flatMap(({ type, status }) => (status === 'SUCCEEDED' ? [type] : [])),
  )
  const failed = types.filter((type) => !succeeded.has(type))
  return failed.length === 0 ? types : failed
}

/**
 * Returns the attempt that the policy makes after a failed or partly failed run; undefined when it makes none, for example
 * after a cancel request. The attempt keeps subject and request (P1) and runs only the types that failed.
 */
export const nextAttempt = (ended: EndedRun, nowMs: number): ParkedRun | undefined => {
  const retry = ended.policy?.retry
  const retriesBefore = (ended.retriesBefore ?? 0) + 1
  if (ended.ending !== 'FAILED' && ended.ending !== 'PARTIALLY_SUCCEEDED') return undefined
  if (isCancelRequested(ended)) return undefined
  if (retry === undefined || retriesBefore >= retry.attempts) return undefined
  const types = failedTypes(ended)
  const isAll = types.length === typesToRun({ subject: ended.subject }).length
  return {
    state: 'PARKED',
    subject: ended.subject,
    ...present({
      onlyTypes: isAll ? undefined : types,
      policy: ended.policy,
      assetName: ended.assetName,
      fingerprint: ended.fingerprint,
      projectName: ended.projectName,
      portalUrl: ended.portalUrl,
    }),
    attempt: ended.attempt + 1,
    retriesBefore,
    projectId: ended.projectId,
    request: ended.request,
    createdAtMs: nowMs,
    version: 0,
    history: [{ atMs: nowMs, what: `parked: RETRY of attempt ${ended.attempt}` }],
    reason: 'RETRY',
    heldSinceMs: nowMs,
    retryAtMs: nowMs + retry.delayMs,
  }
}
