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
const madeBy = (request: RequestedRun, waiting: ParkedRun, records: readonly Run[]): readonly Run[] =>
  records.filter(
    (run) =>
      run.state !== 'PLANNED' &&
      isAskedBy(run, waiting.request.requestKey) &&
      // A sender who uses an id again for another revision asks for something else.
      (request.revision === undefined ||
        run.subject.revision === undefined ||
        run.subject.revision === request.revision),
  )

/** A run whose Start met something that passes: its message comes back sooner than the sweep. */
const waitsForItsMessage = (run: Run): boolean =>
  run.state === 'PARKED' &&
  run.subject.revision !== undefined &&
  (run.reason === 'THROTTLED' || run.reason === 'PACED' || run.reason === 'UNAVAILABLE')

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

  // The same request again: a duplicate before any call, unless a crash cut it short between its sets of types, or it
  // comes back to be tried again.
  const made = madeBy(request, waiting, records.runs)
  const whole = made.some((run) => run.subject.revision === undefined)
  const complete = typeSets(waiting.subject.types).every((types) =>
    made.some((run) => sameTypes(run.subject.types, types)),
  )
  if (whole || complete) {
    const comingBack = made.find(waitsForItsMessage)
    return comingBack?.state === 'PARKED' && settings.mode === 'run'
      ? [await resumeRun(comingBack, records.runs, tools)]
      : made.map((run) => ({ outcome: 'duplicate', of: runKey(run) }))
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
