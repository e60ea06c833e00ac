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
import { awaitTurn } from './await-slot.ts'
import {
  cancelUnstarted,
  hasWaitedTooLong,
  park,
  recordStarted,
  reject,
  runError,
  waitedTooLong,
} from './end-lease.ts'
import { lookBefore, parkBehindOther, withoutOpenStarts } from './find-earlier-start.ts'
import { parkStopped } from './park-behind-breaker.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { deniedForItsProject } from './resolve-asset.ts'
import type { StarterTools } from './start-context.ts'

/** 5 s, 10 s, 20 s, ... up to 5 min, each half to one and a half times that. */
export const backoffSeconds = (tries: number, random: number): number =>
  Math.round(Math.min(300, 5 * 2 ** (Math.max(1, tries) - 1)) * (0.5 + random))

/**
 * The first times: back to the queue soon, with the sweep as safety net. After that: parked, off the queue, so that no
 * storm fills the dead letters. To be throttled once more is common while the pace looks for the limit, so that is
 * forgiven once more.
 */
const comesBack = { UNAVAILABLE: 1, THROTTLED: 2 } as const

/** From this receive on, whatever is met is waited for in the table. */
export const parksFrom = 3

const transient = async (
  run: ClaimedRun,
  refusal: Refusal,
  reason: 'THROTTLED' | 'UNAVAILABLE',
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const nowMs = tools.clock.now()
  const afterSeconds = backoffSeconds(tools.receiveCount, tools.clock.random())
  const goesBack = tools.receiveCount <= comesBack[reason]
  const parked = await park(
    run,
    {
      reason,
      retryAtMs:
        nowMs +
        (goesBack ? 2 * tools.settings.lookAgainMs : tools.settings.lookAgainMs) +
        afterSeconds * 1000,
      definite: refusal.definite,
      error: runError(refusal),
    },
    tools,
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
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const looked = await lookBefore(run, others, tools)
  return looked === 'nothing' ? reject(run, error, tools) : looked
}

const refused = async (
  run: ClaimedRun,
  others: readonly Run[],
  refusal: Refusal,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const nowMs = tools.clock.now()
  const { definite } = refusal
  const { lookAgainMs } = tools.settings
  const error = runError(refusal)
  const later = (reason: ParkReason, afterMs: number) =>
    park(run, { reason, retryAtMs: nowMs + afterMs, definite, error }, tools)
  switch (refusal.kind) {
    case 'INVALID':
      return rejectUnlessSent(run, others, error, tools)
    case 'NOT_FOUND':
      await tools.gate.allowed('Start', ['DENIED'])
      return nowMs - (run.notFoundSinceMs ?? nowMs) >= tools.settings.notFoundGraceMs
        ? rejectUnlessSent(run, others, error, tools)
        : later('NOT_FOUND', tools.settings.lookAgainMs)
    case 'QUOTA_EXCEEDED':
      await tools.gate.allowed('Start', ['DENIED'])
      // The quota of a data source is one of days. Just past midnight DataZone's day may be the one before: clocks differ.
      if (run.subject.kind === 'DATA_SOURCE') {
        return later(refusal.kind, Math.max(lookAgainMs, nextDayMs(nowMs - lookAgainMs) - nowMs))
      }
      await tools.gate.refused('Start', { reason: refusal.kind, types: typesToRun(run) })
      return later(refusal.kind, lookAgainMs)
    case 'DENIED': {
      const { domainId } = run.subject
      // Ever later, so that one that stays refused does not keep others from being tried.
      const everLater = () =>
        later('DENIED', backoffByAgeMs(nowMs - run.createdAtMs, lookAgainMs, tools.settings.parkMs))
      const told = await deniedForItsProject(run, tools)
      switch (told.because) {
        case 'wrong-project':
          return rejectUnlessSent(run, others, told.error, tools)
        case 'no-time':
          return everLater()
        case 'denied':
          await tools.gate.refused('Start', { reason: 'DENIED', domainId, projectId: run.projectId })
          return everLater()
        default:
          return told satisfies never
      }
    }
    case 'CONFLICT':
      await tools.gate.allowed('Start', ['DENIED'])
      // A data source run in the way may predate the trigger. A metadata run may be our own, its Start's answer lost.
      return run.subject.kind === 'DATA_SOURCE'
        ? later('CONFLICT', tools.settings.parkMs)
        : parkBehindOther(run, others, error, tools)
    case 'THROTTLED':
      // The pace is that of metadata runs; StartDataSourceRun has twice the quota, so others must be using it up.
      if (run.subject.kind === 'METADATA_GENERATION') await tools.pace.slowDown(nowMs)
      return transient(run, refusal, 'THROTTLED', tools)
    case 'UNAVAILABLE':
      return transient(run, refusal, 'UNAVAILABLE', tools)
    default:
      return refusal.kind satisfies never
  }
}

const sendStart = async (run: ClaimedRun, tools: StarterTools): Promise<Answer<ServiceRun>> => {
  const { subject, projectId, attempt } = run
  const abortAfterMs = Math.min(tools.settings.startTimeoutMs, tools.deadlineMs - tools.clock.now())
  const token = clientToken(subject, attempt)
  if (subject.kind === 'DATA_SOURCE') {
    const { domainId, dataSourceId } = subject
    return tools.datazone.startSourceRun({ domainId, dataSourceId, clientToken: token }, abortAfterMs)
  }
  const { domainId, assetId, revision } = subject
  if (revision === undefined) throw new Error('only a run with a revision can be started')
  return tools.datazone.startRun(
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
  tools: StarterTools,
): Promise<RequestOutcome> => {
  if (isCancelRequested(claimed)) {
    const looked = await lookBefore(claimed, others, tools)
    return looked === 'nothing' ? cancelUnstarted(claimed, tools) : looked
  }
  let run = claimed
  const isOver = hasWaitedTooLong(run, tools)
  if (isOver || startSafety(run, tools.settings.assumptions) === 'look') {
    const looked = await lookBefore(run, others, tools)
    if (looked !== 'nothing') return looked
    run = withoutOpenStarts(run)
  }
  if (isOver) return reject(run, waitedTooLong, tools)

  const breaker = await tools.gate.stoppedBy('Start', run)
  if (breaker !== undefined) return parkStopped(run, others, breaker, tools)
  const turn = await awaitTurn(tools)
  if (turn.comes === 'too-late') {
    const retryAtMs = turn.atMs + tools.settings.lookAgainMs
    const parked = await park(run, { reason: 'PACED', retryAtMs, definite: true }, tools)
    return parked.outcome === 'parked' && tools.receiveCount === 1
      ? { outcome: 'retry', afterSeconds: 5, reason: 'PACED' }
      : parked
  }

  // Others were refused while this one waited for its slot.
  const since = await tools.gate.stoppedBy('Start', run, true)
  if (since !== undefined) return parkStopped(run, others, since, tools)

  const answer = await sendStart(run, tools)
  if (answer.outcome === 'refused') return refused(run, others, answer.refusal, tools)
  const recorded = await recordStarted(run, answer.value, false, tools)
  // A replay of an earlier Start uses no quota, so it tells nothing of it.
  const isReplay = run.earlierStart !== undefined
  await tools.gate.allowed('Start', isReplay ? ['DENIED'] : ['DENIED', 'QUOTA_EXCEEDED'])
  return recorded
}
