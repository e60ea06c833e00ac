import type { RequestedRun } from '../contracts/queue-message.ts'
import { runKey, sameTypes, typeSets } from '../run/identity.ts'
import { isAskedBy, type ParkedRun, type Run } from '../run/run.ts'
import { claimRuns } from './claim-runs.ts'
import { type RequestOutcome, recordUnreadable } from './outcome.ts'
import { resolveAndClaim } from './resolve-and-claim.ts'
import { resumeRun } from './resume-record.ts'
import type { StarterTools } from './starter-tools.ts'
import { rejectWaiting, waitingRequest } from './waiting-request.ts'

/** A request so old that its record may have expired could make a second run. */
const isTooOld = (request: RequestedRun, tools: StarterTools): boolean =>
  request.requestedAtMs !== undefined &&
  tools.clock.now() - request.requestedAtMs > tools.settings.maxRequestAgeMs

/** Records that this very request made or is known to be a duplicate of, for each set of types it asked for. */
const madeBy = (waiting: ParkedRun, records: readonly Run[]): readonly Run[] =>
  records.filter((run) => run.state !== 'PLANNED' && isAskedBy(run, waiting.request.requestKey))

/** Steps 1 to 3 of a request: is it for us, is it new, which revision, claim. */
export const acceptRequest = async (
  request: RequestedRun,
  tools: StarterTools,
): Promise<readonly RequestOutcome[]> => {
  const { settings } = tools
  if (settings.mode === 'off') return [{ outcome: 'skipped', reason: 'MODE_OFF' }]
  if (settings.domainIds.length > 0 && !settings.domainIds.includes(request.domainId)) {
    return [{ outcome: 'skipped', reason: 'DOMAIN_NOT_SELECTED' }]
  }
  const waiting = waitingRequest(request, tools)
  const records = await tools.store.runsOfAsset(waiting.subject)
  if (records.unreadable.length > 0) return [recordUnreadable]

  // The same request again: a duplicate before any call, unless it comes back to be tried again, or a crash cut it
  // short between its sets of types.
  const made = madeBy(waiting, records.runs)
  const comingBack = made.find(
    (run) =>
      run.state === 'PARKED' &&
      (run.reason === 'THROTTLED' || run.reason === 'PACED' || run.reason === 'UNAVAILABLE'),
  )
  if (
    comingBack?.state === 'PARKED' &&
    comingBack.subject.revision !== undefined &&
    settings.mode === 'run'
  ) {
    return [await resumeRun(comingBack, records.runs, tools)]
  }
  const whole = made.find((run) => run.subject.revision === undefined)
  const sets = typeSets(waiting.subject.types)
  const complete = sets.every((types) => made.some((run) => sameTypes(run.subject.types, types)))
  if (whole !== undefined || complete) {
    return made.map((run) => ({ outcome: 'duplicate', of: runKey(run) }))
  }
  if (isTooOld(request, tools)) {
    const message =
      'requestedAt: is too old, its run may have been forgotten; ask again with the present time'
    return [await rejectWaiting(waiting, { name: 'TooOld', message }, tools)]
  }
  const revision = request.revision ?? made[0]?.subject.revision
  return revision === undefined
    ? resolveAndClaim(waiting, records.runs, tools)
    : claimRuns(waiting, revision, records.runs, tools)
}
