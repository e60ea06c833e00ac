import { typesToRun } from './identity.ts'
import { type EndedRun, type GenerationType, isCancelRequested, type ParkedRun } from './run.ts'

/** What did not succeed, as far as Get told; all of it where that leaves nothing to point at. */
const failedTypes = (run: EndedRun): readonly GenerationType[] => {
  const types = typesToRun(run)
  const succeeded = new Set(
    run.typeStats?.flatMap(({ type, status }) => (status === 'SUCCEEDED' ? [type] : [])),
  )
  const failed = types.filter((type) => !succeeded.has(type))
  return failed.length === 0 ? types : failed
}

/**
 * The attempt that the policy makes of a run that failed, in whole or in part; undefined when it makes none, as of a run
 * that somebody asked to cancel. It keeps subject and request, so that both still name it (P1), and asks DataZone only
 * for the types that failed.
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
    ...(isAll ? {} : { onlyTypes: types }),
    attempt: ended.attempt + 1,
    retriesBefore,
    projectId: ended.projectId,
    request: ended.request,
    ...(ended.policy === undefined ? {} : { policy: ended.policy }),
    createdAtMs: nowMs,
    version: 0,
    history: [{ atMs: nowMs, what: `parked: RETRY of attempt ${ended.attempt}` }],
    reason: 'RETRY',
    retryAtMs: nowMs + retry.delayMs,
  }
}
