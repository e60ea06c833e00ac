import type { Release } from '../../contracts/release.ts'
import type { Records } from '../../ports/run-store.ts'
import { partitionOf, runKey } from '../../run/identity.ts'
import { mayNotWait, type Wait } from '../../run/max-wait.ts'
import { type ClaimedRun, isCancelRequested, type ParkedRun, type Run, type RunError } from '../../run/run.ts'
import { canResume } from '../../run/sweep-plan.ts'
import { transition } from '../../run/transition.ts'
import { readRecords } from '../read-records.ts'
import { type CapWait, claimWithinCaps } from './claim-within-caps.ts'
import { cancelUnstarted, park, reject } from './close-claim.ts'
import { findEarlierStart, withoutOpenStarts } from './find-earlier-start.ts'
import { followOwner } from './follow-owner.ts'
import { parksFromReceive } from './handle-refusal.ts'
import { parkingReason } from './parking-reason.ts'
import { type RequestOutcome, sourceClaimed } from './request-outcome.ts'
import { resolveAndClaim } from './resolve-and-claim.ts'
import { waitedTooLong } from './run-errors.ts'
import type { StartContext } from './start-context.ts'
import { startRun } from './start-run.ts'
import { isWaitingRequest } from './waiting-request.ts'

/** Parks a parked run again. */
const parkAgain = async (
  run: ParkedRun,
  wait: Wait & { readonly retryAtMs: number; readonly error?: RunError },
  context: StartContext,
): Promise<RequestOutcome> => {
  const next = transition(run, { kind: 'REFUSED', definite: true, ...wait }, context.clock.now())
  const parked = next.outcome === 'changed' ? await context.store.save(next.run) : undefined
  return parked === undefined ? { outcome: 'duplicate', of: runKey(run) } : { outcome: 'parked', run: parked }
}

/** Parks a parked run again, or rejects it when it has waited too long and no Start of it can be open (P9). */
const parkOrReject = (
  run: ParkedRun,
  wait: Parameters<typeof parkAgain>[1],
  context: StartContext,
): Promise<RequestOutcome> =>
  run.earlierStart === undefined && mayNotWait(run, wait, context.clock.now(), context.settings.maxWaitMs)
    ? reject(run, waitedTooLong(wait.error), context)
    : parkAgain(run, wait, context)

/**
 * Looks up an open Start of a run that no cap has room for, then parks the run. A full cap prevents a Start, but an
 * earlier Start, counted in its own period, may have made the run. The lease is therefore taken without a count, for the
 * lookup only. Where List proves that there is no such run, no Start is open any more.
 */
const findThenPark = async (
  claim: ClaimedRun,
  wait: CapWait,
  others: readonly Run[],
  context: StartContext,
): Promise<RequestOutcome> => {
  const claiming = await context.store.claim(claim)
  if (claiming.outcome !== 'claimed') return { outcome: 'duplicate', of: runKey(claim) }
  const earlier = await findEarlierStart(claiming.run, others, context)
  return earlier === 'nothing'
    ? park(withoutOpenStarts(claiming.run), { ...wait, definite: true }, context)
    : earlier
}

/** Takes the lease of a parked run by conditional update, before any call, and continues with Start. */
export const resumeRun = async (
  run: ParkedRun,
  records: Records,
  context: StartContext,
): Promise<RequestOutcome> => {
  const key = runKey(run)
  if (isCancelRequested(run) && run.earlierStart === undefined) return cancelUnstarted(run, context)
  const others = records.runs.filter((other) => runKey(other).record !== key.record)
  const wait = await parkingReason(run, others, context)
  if (wait !== undefined) return parkOrReject(run, wait, context)
  const nowMs = context.clock.now()
  const next = transition(run, { kind: 'CLAIMED', leaseEndsAtMs: nowMs + context.settings.leaseMs }, nowMs)
  if (next.outcome !== 'changed') return { outcome: 'duplicate', of: key }
  const claimCount = run.subject.kind === 'DATA_SOURCE' ? (records.claimCount ?? 0) : undefined
  const claiming = await claimWithinCaps(next.run, { claimCount }, context)
  switch (claiming.outcome) {
    case 'claimed':
      return startRun(claiming.run, others, context)
    case 'full':
      return run.earlierStart === undefined
        ? parkAgain(run, claiming.wait, context)
        : findThenPark(next.run, claiming.wait, others, context)
    case 'exists':
    case 'changed':
    case 'request-changed':
      return { outcome: 'duplicate', of: key }
    case 'claim-count-changed':
      return sourceClaimed
    default:
      return claiming satisfies never
  }
}

/** Resumes a record that the sweep released. A release is out of date once the record has changed in any other way. */
export const resumeRecord = async (
  release: Release,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const records = await readRecords(release, release.record, context)
  const run = records.runs.find((candidate) => runKey(candidate).record === release.record)
  // A late or duplicate release finds the record in another state, or parked again. Beside a record that this version
  // must not act on, the run waits for the next release.
  if (run?.state !== 'PARKED' || run.releasedAtMs === undefined || records.unreadable.length > 0) {
    return [{ outcome: 'duplicate', of: { partition: partitionOf(release), record: release.record } }]
  }
  if (!canResume(run, context.settings.mode)) return [{ outcome: 'parked', run }]
  // A run that is refused again waits in the table, not on the queue, so that releases stay within their share.
  const released = { ...context, receiveCount: Math.max(parksFromReceive, context.receiveCount) }
  if (isWaitingRequest(run)) return resolveAndClaim(run, records, released)
  const followed = await followOwner(run, released)
  return [
    followed.outcome === 'owned'
      ? await resumeRun(followed.run, records, released)
      : await parkOrReject(run, followed, released),
  ]
}
