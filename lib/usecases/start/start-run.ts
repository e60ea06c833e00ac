import type { Answer, Refusal, ServiceRun } from '../../ports/datazone.ts'
import { backoffByAgeMs } from '../../run/backoff.ts'
import { clientToken, typesToRun } from '../../run/identity.ts'
import {
  type ClaimedRun,
  isCancelRequested,
  type ParkReason,
  type Run,
  type RunError,
} from '../../run/run.ts'
import { nextDayMs } from '../../run/source-day.ts'
import { startSafety } from '../../run/start-safety.ts'
import { awaitSlot } from './await-slot.ts'
import {
  cancelUnstarted,
  hasWaitedTooLong,
  park,
  recordStarted,
  reject,
  runError,
  waitedTooLong,
} from './end-lease.ts'
import { findEarlierStart, parkBehindActiveRun, withoutOpenStarts } from './find-earlier-start.ts'
import { parkBehindBreaker } from './park-behind-breaker.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { explainDenial } from './resolve-asset.ts'
import type { StartContext } from './start-context.ts'

/** 5 s, 10 s, 20 s, ... up to 5 min, each half to one and a half times that. */
export const backoffSeconds = (tries: number, random: number): number =>
  Math.round(Math.min(300, 5 * 2 ** (Math.max(1, tries) - 1)) * (0.5 + random))

/**
 * The first times: back to the queue soon, with the sweep as safety net. After that: parked, off the queue, so that no
 * storm fills the dead letters. To be throttled once more is common while the pace looks for the limit, so that is
 * forgiven once more.
 */
const maxQueueRetries = { UNAVAILABLE: 1, THROTTLED: 2 } as const

/** From this receive on, whatever is met is waited for in the table. */
export const parksFromReceive = 3

const retryOrPark = async (
  run: ClaimedRun,
  refusal: Refusal,
  reason: 'THROTTLED' | 'UNAVAILABLE',
  context: StartContext,
): Promise<RequestOutcome> => {
  const nowMs = context.clock.now()
  const afterSeconds = backoffSeconds(context.receiveCount, context.clock.random())
  const goesBack = context.receiveCount <= maxQueueRetries[reason]
  const parked = await park(
    run,
    {
      reason,
      retryAtMs:
        nowMs +
        (goesBack ? 2 * context.settings.lookAgainMs : context.settings.lookAgainMs) +
        afterSeconds * 1000,
      definite: refusal.definite,
      error: runError(refusal),
    },
    context,
  )
  return goesBack && parked.outcome === 'parked'
    ? { outcome: 'retry', afterSeconds, reason: refusal.name }
    : parked
}

/** The sender must mend something; but a Start whose answer was lost may have made the run all the same. */
const rejectUnlessSent = async (
  run: ClaimedRun,
  others: readonly Run[],
  error: RunError,
  context: StartContext,
): Promise<RequestOutcome> => {
  const looked = await findEarlierStart(run, others, context)
  return looked === 'nothing' ? reject(run, error, context) : looked
}

const handleRefusal = async (
  run: ClaimedRun,
  others: readonly Run[],
  refusal: Refusal,
  context: StartContext,
): Promise<RequestOutcome> => {
  const nowMs = context.clock.now()
  const { definite } = refusal
  const { lookAgainMs } = context.settings
  const error = runError(refusal)
  const later = (reason: ParkReason, afterMs: number) =>
    park(run, { reason, retryAtMs: nowMs + afterMs, definite, error }, context)
  switch (refusal.kind) {
    case 'INVALID':
      return rejectUnlessSent(run, others, error, context)
    case 'NOT_FOUND':
      await context.gate.allowed('Start', ['DENIED'])
      return nowMs - (run.notFoundSinceMs ?? nowMs) >= context.settings.notFoundGraceMs
        ? rejectUnlessSent(run, others, error, context)
        : later('NOT_FOUND', context.settings.lookAgainMs)
    case 'QUOTA_EXCEEDED':
      await context.gate.allowed('Start', ['DENIED'])
      // The quota of a data source is one of days. Just past midnight DataZone's day may be the one before: clocks differ.
      if (run.subject.kind === 'DATA_SOURCE') {
        return later(refusal.kind, Math.max(lookAgainMs, nextDayMs(nowMs - lookAgainMs) - nowMs))
      }
      await context.gate.refused('Start', { reason: refusal.kind, types: typesToRun(run) })
      return later(refusal.kind, lookAgainMs)
    case 'DENIED': {
      const { domainId } = run.subject
      // Ever later, so that one that stays refused does not keep others from being tried.
      const everLater = () =>
        later('DENIED', backoffByAgeMs(nowMs - run.createdAtMs, lookAgainMs, context.settings.parkMs))
      const told = await explainDenial(run, context)
      switch (told.because) {
        case 'wrong-project':
          return rejectUnlessSent(run, others, told.error, context)
        case 'no-time':
          return everLater()
        case 'denied':
          await context.gate.refused('Start', { reason: 'DENIED', domainId, projectId: run.projectId })
          return everLater()
        default:
          return told satisfies never
      }
    }
    case 'CONFLICT':
      await context.gate.allowed('Start', ['DENIED'])
      // A data source run in the way may predate the trigger. A metadata run may be our own, its Start's answer lost.
      return run.subject.kind === 'DATA_SOURCE'
        ? later('CONFLICT', context.settings.parkMs)
        : parkBehindActiveRun(run, others, error, context)
    case 'THROTTLED':
      // The pace is that of metadata runs; StartDataSourceRun has twice the quota, so others must be using it up.
      if (run.subject.kind === 'METADATA_GENERATION') await context.pace.slowDown(nowMs)
      return retryOrPark(run, refusal, 'THROTTLED', context)
    case 'UNAVAILABLE':
      return retryOrPark(run, refusal, 'UNAVAILABLE', context)
    default:
      return refusal.kind satisfies never
  }
}

const sendStart = async (run: ClaimedRun, context: StartContext): Promise<Answer<ServiceRun>> => {
  const { subject, projectId, attempt } = run
  const abortAfterMs = Math.min(context.settings.startTimeoutMs, context.deadlineMs - context.clock.now())
  const token = clientToken(subject, attempt)
  if (subject.kind === 'DATA_SOURCE') {
    const { domainId, dataSourceId } = subject
    return context.datazone.startSourceRun({ domainId, dataSourceId, clientToken: token }, abortAfterMs)
  }
  const { domainId, assetId, revision } = subject
  if (revision === undefined) throw new Error('only a run with a revision can be started')
  return context.datazone.startRun(
    { domainId, projectId, assetId, revision, types: typesToRun(run), clientToken: token },
    abortAfterMs,
  )
}

/**
 * Steps 4 to 6 for a run whose lease we hold: end what is to be cancelled and has not started, look where the token may
 * be forgotten, wait for a slot, Start, record. An open breaker stops it before it waits, and after.
 * @param others every other record of the asset
 * @throws PortUnavailable when the table cannot answer; from the claim on the sweep recovers it
 */
export const startRun = async (
  claimed: ClaimedRun,
  others: readonly Run[],
  context: StartContext,
): Promise<RequestOutcome> => {
  if (isCancelRequested(claimed)) {
    const looked = await findEarlierStart(claimed, others, context)
    return looked === 'nothing' ? cancelUnstarted(claimed, context) : looked
  }
  let run = claimed
  const isOver = hasWaitedTooLong(run, context)
  if (isOver || startSafety(run, context.settings.assumptions) === 'look') {
    const looked = await findEarlierStart(run, others, context)
    if (looked !== 'nothing') return looked
    run = withoutOpenStarts(run)
  }
  if (isOver) return reject(run, waitedTooLong, context)

  const breaker = await context.gate.blockedBy('Start', run)
  if (breaker !== undefined) return parkBehindBreaker(run, others, breaker, context)
  const turn = await awaitSlot(context)
  if (turn.comes === 'too-late') {
    const retryAtMs = turn.atMs + context.settings.lookAgainMs
    const parked = await park(run, { reason: 'PACED', retryAtMs, definite: true }, context)
    return parked.outcome === 'parked' && context.receiveCount === 1
      ? { outcome: 'retry', afterSeconds: 5, reason: 'PACED' }
      : parked
  }

  // Others were refused while this one waited for its slot.
  const since = await context.gate.blockedBy('Start', run, true)
  if (since !== undefined) return parkBehindBreaker(run, others, since, context)

  const answer = await sendStart(run, context)
  if (answer.outcome === 'refused') return handleRefusal(run, others, answer.refusal, context)
  const recorded = await recordStarted(run, answer.value, false, context)
  // A replay of an earlier Start uses no quota, so it tells nothing of it.
  const isReplay = run.earlierStart !== undefined
  await context.gate.allowed('Start', isReplay ? ['DENIED'] : ['DENIED', 'QUOTA_EXCEEDED'])
  return recorded
}
