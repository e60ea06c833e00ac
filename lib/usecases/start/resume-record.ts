import type { Release } from '../../contracts/release.ts'
import type { Records } from '../../ports/run-store.ts'
import { partitionOf, runKey } from '../../run/identity.ts'
import {
  type ClaimedRun,
  isCancelRequested,
  type ParkedRun,
  type ParkReason,
  type Run,
  type RunError,
} from '../../run/run.ts'
import { canResume } from '../../run/sweep-plan.ts'
import { transition } from '../../run/transition.ts'
import { type CapWait, claimWithinCaps } from './claim-within-caps.ts'
import { cancelUnstarted, hasWaitedTooLong, park, reject, waitedTooLong } from './end-lease.ts'
import { lookBefore, withoutOpenStarts } from './find-earlier-start.ts'
import { mustPark } from './parking-reason.ts'
import { type RequestOutcome, turnTaken } from './request-outcome.ts'
import { resolveAndClaim } from './resolve-and-claim.ts'
import type { StarterTools } from './start-context.ts'
import { parksFrom, startRun } from './start-run.ts'
import { isWaitingRequest } from './waiting-request.ts'

/** Still not now. */
const parkAgain = async (
  run: ParkedRun,
  wait: { readonly reason: ParkReason; readonly retryAtMs: number; readonly error?: RunError },
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const next = transition(run, { kind: 'REFUSED', definite: true, ...wait }, tools.clock.now())
  const parked = next.outcome === 'changed' ? await tools.store.save(next.run) : undefined
  return parked === undefined ? { outcome: 'duplicate', of: runKey(run) } : { outcome: 'parked', run: parked }
}

/**
 * A full cap keeps a run from being started, not from being found: an earlier Start, counted in its own day, may have
 * made it. So its lease is taken without a count, for a look and never for a Start. Where List proves that there is no
 * such run, no Start is open any more.
 */
const lookThenPark = async (
  claim: ClaimedRun,
  wait: CapWait,
  others: readonly Run[],
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const claiming = await tools.store.claim(claim)
  if (claiming.outcome !== 'claimed') return { outcome: 'duplicate', of: runKey(claim) }
  const looked = await lookBefore(claiming.run, others, tools)
  return looked === 'nothing'
    ? park(withoutOpenStarts(claiming.run), { ...wait, definite: true }, tools)
    : looked
}

/** Takes the lease of a parked run, by conditional update before any call, and goes on with Start. */
export const resumeRun = async (
  run: ParkedRun,
  records: Records,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const key = runKey(run)
  if (isCancelRequested(run) && run.earlierStart === undefined) return cancelUnstarted(run, tools)
  if (run.earlierStart === undefined && hasWaitedTooLong(run, tools)) return reject(run, waitedTooLong, tools)
  const others = records.runs.filter((other) => runKey(other).record !== key.record)
  const wait = await mustPark(run, others, tools)
  if (wait !== undefined) return parkAgain(run, wait, tools)
  const nowMs = tools.clock.now()
  const next = transition(run, { kind: 'CLAIMED', leaseEndsAtMs: nowMs + tools.settings.leaseMs }, nowMs)
  if (next.outcome !== 'changed') return { outcome: 'duplicate', of: key }
  const claimCount = run.subject.kind === 'DATA_SOURCE' ? (records.claimCount ?? 0) : undefined
  const claiming = await claimWithinCaps(next.run, { claimCount }, tools)
  switch (claiming.outcome) {
    case 'claimed':
      return startRun(claiming.run, others, tools)
    case 'full':
      return run.earlierStart === undefined
        ? parkAgain(run, claiming.wait, tools)
        : lookThenPark(next.run, claiming.wait, others, tools)
    case 'exists':
    case 'changed':
    case 'request-changed':
      return { outcome: 'duplicate', of: key }
    case 'claim-count-changed':
      return turnTaken
    default:
      return claiming satisfies never
  }
}

/** Goes on with a record that the sweep released. Whatever else happened to it since makes the note out of date. */
export const resumeRecord = async (
  release: Release,
  tools: StarterTools,
): Promise<readonly RequestOutcome[]> => {
  const records = await tools.store.runsOf(release)
  const run = records.runs.find((candidate) => runKey(candidate).record === release.record)
  // A note that is late or doubled finds the record gone on, or parked anew; one beside a record that this version must
  // not touch leaves it to the next release.
  if (run?.state !== 'PARKED' || run.releasedAtMs === undefined || records.unreadable.length > 0) {
    return [{ outcome: 'duplicate', of: { partition: partitionOf(release), record: release.record } }]
  }
  if (!canResume(run, tools.settings.mode)) return [{ outcome: 'parked', run }]
  // What meets the same trouble again waits in the table, not on the queue: releases stay within their share.
  const released = { ...tools, receiveCount: Math.max(parksFrom, tools.receiveCount) }
  return isWaitingRequest(run)
    ? resolveAndClaim(run, records, released)
    : [await resumeRun(run, records, released)]
}
