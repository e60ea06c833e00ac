import { notTakenOver } from '../../run/caps.ts'
import { isSameSubject } from '../../run/identity.ts'
import type { ClaimedRun, Counter, GenerationType, Run } from '../../run/run.ts'
import { newAttempt, parkedRun } from './new-attempt.ts'
import type { StartContext } from './start-context.ts'

/**
 * Parks a separate attempt, due now, for each type that the older DataZone API can run alone. The refused claim, of more
 * types, is rejected after this, so a crash in between parks nothing twice: the request has made these attempts already.
 * P7: the first of them takes over what the claim was counted in, so no cap counts the request twice.
 * @returns the counters of the claim that no attempt takes over, to be given back with the rejection
 */
export const parkSupportedTypes = async (
  run: ClaimedRun,
  types: readonly GenerationType[],
  context: StartContext,
): Promise<readonly Counter[]> => {
  const { subject, countedIn = [] } = run
  if (subject.kind === 'DATA_SOURCE' || types.length === 0) return countedIn
  const { store, clock, settings } = context
  const records = await store.runsOf(subject)
  let left = countedIn
  for (const [index, type] of types.entries()) {
    const ofType = { ...subject, types: [type] }
    const isFirst = index === 0
    // After a crash the first attempt exists already, and has taken over what it counts in.
    const isOwn = (other: Run) =>
      other.request.requestKey === run.request.requestKey && isSameSubject(other.subject, ofType)
    const attempt = newAttempt(ofType, run, records.runs, context)
    if (isFirst && (attempt !== undefined || records.runs.some(isOwn)))
      left = notTakenOver(countedIn, { ...run, subject: ofType }, settings.policy.caps)
    if (attempt === undefined) continue
    const nowMs = clock.now()
    const parked = parkedRun(attempt, run, nowMs, { reason: 'BEHIND', retryAtMs: nowMs })
    const taken = countedIn.filter((counter) => !left.includes(counter))
    await store.create(isFirst && taken.length > 0 ? { ...parked, countedIn: taken } : parked)
  }
  return left
}
