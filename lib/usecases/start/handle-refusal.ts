import type { Refusal } from '../../ports/datazone.ts'
import { backoffByAgeMs, backoffSeconds } from '../../run/backoff.ts'
import { typesToRun } from '../../run/identity.ts'
import type { ClaimedRun, DataSourceRef, ParkReason, Run, RunError } from '../../run/run.ts'
import { nextDayMs } from '../../run/source-day.ts'
import { absenceIsProofAtMs } from '../../run/start-safety.ts'
import { park, reject } from './close-claim.ts'
import { explainDenial } from './explain-denial.ts'
import { explainSource } from './explain-source.ts'
import { findEarlierStart, withoutOpenStarts } from './find-earlier-start.ts'
import { parkBehindActiveRun } from './park-behind-active-run.ts'
import { parkSupportedTypes } from './park-supported-types.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { refusalError } from './run-errors.ts'
import type { StartContext } from './start-context.ts'

/**
 * Up to this receive a transient refusal sends the message back to the queue, with the sweep as safety net; after it the
 * request parks in the table, so that a storm fills no dead-letter queue. Throttling gets one receive more, because it is
 * common while the pace looks for the limit.
 */
const maxQueueReceives = { UNAVAILABLE: 1, THROTTLED: 2 } as const

/** From this receive on, every refusal parks the request in the table. */
export const parksFromReceive = 3

/** A refused Start of a claimed run. */
interface RefusedStart {
  readonly run: ClaimedRun
  /** Every other record of the asset or data source. */
  readonly others: readonly Run[]
  readonly refusal: Refusal
  readonly nowMs: number
}

const parkFor = (
  { run, refusal, nowMs }: RefusedStart,
  reason: ParkReason,
  waitMs: number,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { definite } = refusal
  return park(run, { reason, retryAtMs: nowMs + waitMs, definite, error: refusalError(refusal) }, context)
}

/**
 * Rejects the request, unless an earlier Start whose answer was lost has made the run. Types that the older DataZone API
 * can run alone are parked as attempts of their own first.
 */
const rejectUnlessStarted = async (
  { run, others, refusal }: RefusedStart,
  error: RunError,
  context: StartContext,
): Promise<RequestOutcome> => {
  const earlier = await findEarlierStart(run, others, context)
  if (earlier !== 'nothing') return earlier
  const { supportedTypes } = refusal
  if (supportedTypes === undefined) return reject(run, error, context)
  const giveBack = await parkSupportedTypes(run, supportedTypes, context)
  return reject(run, error, context, giveBack)
}

const retryOrPark = async (
  refused: RefusedStart,
  reason: 'THROTTLED' | 'UNAVAILABLE',
  context: StartContext,
): Promise<RequestOutcome> => {
  const { receiveCount, settings, clock } = context
  const afterSeconds = backoffSeconds(receiveCount, clock.random())
  const isRetry = receiveCount <= maxQueueReceives[reason]
  const waitMs = (isRetry ? 2 : 1) * settings.lookAgainMs + afterSeconds * 1000
  const parked = await parkFor(refused, reason, waitMs, context)
  return isRetry && parked.outcome === 'parked'
    ? { outcome: 'retry', afterSeconds, reason: refused.refusal.name }
    : parked
}

const handleNotFound = async (refused: RefusedStart, context: StartContext): Promise<RequestOutcome> => {
  const { run, nowMs, refusal } = refused
  const { notFoundGraceMs, lookAgainMs } = context.settings
  await context.gate.allowed('Start', ['DENIED'])
  return nowMs - (run.notFoundSinceMs ?? nowMs) >= notFoundGraceMs
    ? rejectUnlessStarted(refused, refusalError(refusal), context)
    : parkFor(refused, 'NOT_FOUND', lookAgainMs, context)
}

const handleQuota = async (refused: RefusedStart, context: StartContext): Promise<RequestOutcome> => {
  const { run, nowMs } = refused
  const { lookAgainMs } = context.settings
  await context.gate.allowed('Start', ['DENIED'])
  if (run.subject.kind === 'DATA_SOURCE') {
    // The quota of a data source is per day. Just past midnight DataZone's day may be the one before: clocks differ.
    const waitMs = Math.max(lookAgainMs, nextDayMs(nowMs - lookAgainMs) - nowMs)
    return parkFor(refused, 'QUOTA_EXCEEDED', waitMs, context)
  }
  await context.gate.refused('Start', { reason: 'QUOTA_EXCEEDED', types: typesToRun(run) })
  return parkFor(refused, 'QUOTA_EXCEEDED', lookAgainMs, context)
}

const handleDenial = async (refused: RefusedStart, context: StartContext): Promise<RequestOutcome> => {
  const { run, nowMs } = refused
  const { lookAgainMs, parkMs } = context.settings
  // The wait grows, so that a request that stays denied does not keep others from being tried.
  const waitMs = backoffByAgeMs(nowMs - run.createdAtMs, lookAgainMs, parkMs)
  const denial = await explainDenial(run, context)
  switch (denial.because) {
    case 'wrong-project':
      return rejectUnlessStarted(refused, denial.error, context)
    case 'transfer':
      return park(
        run,
        { reason: 'IN_TRANSFER', retryAtMs: nowMs + lookAgainMs, definite: true, error: denial.error },
        context,
      )
    case 'no-time':
      return parkFor(refused, 'DENIED', waitMs, context)
    case 'denied': {
      const { domainId } = run.subject
      await context.gate.refused('Start', { reason: 'DENIED', domainId, projectId: run.projectId })
      return parkFor(refused, 'DENIED', waitMs, context)
    }
    default:
      return denial satisfies never
  }
}

/** Returns the ms until List must show the run of an earlier Start, if that made one; 0 or less when it must already. */
const untilListProves = ({ earlierStart }: ClaimedRun, { clock, settings }: StartContext): number =>
  earlierStart === undefined ? 0 : absenceIsProofAtMs(earlierStart, settings.assumptions) - clock.now()

/**
 * Handles a Start that was refused perhaps because its data source is not READY.
 * @param otherwise handles the refusal when the data source does not explain it
 */
const handleSource = async (
  refused: RefusedStart,
  source: DataSourceRef,
  otherwise: () => Promise<RequestOutcome>,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { run, nowMs } = refused
  const { lookAgainMs, parkMs } = context.settings
  const finding = await explainSource(source, context)
  switch (finding.because) {
    case 'changing': {
      const retryAtMs = nowMs + backoffByAgeMs(nowMs - run.createdAtMs, lookAgainMs, parkMs)
      const { error } = finding
      return park(run, { reason: 'SOURCE_NOT_READY', retryAtMs, definite: true, error }, context)
    }
    case 'broken':
      return rejectUnlessStarted(refused, finding.error, context)
    case 'no-answer':
      return parkFor(refused, 'UNAVAILABLE', lookAgainMs, context)
    case 'other':
      return otherwise()
    default:
      return finding satisfies never
  }
}

const handleInvalid = async (refused: RefusedStart, context: StartContext): Promise<RequestOutcome> => {
  const { subject } = refused.run
  const reject = () => rejectUnlessStarted(refused, refusalError(refused.refusal), context)
  return subject.kind === 'DATA_SOURCE' ? handleSource(refused, subject, reject, context) : reject()
}

const handleConflict = async (refused: RefusedStart, context: StartContext): Promise<RequestOutcome> => {
  const { run, others, refusal } = refused
  const { subject } = run
  await context.gate.allowed('Start', ['DENIED'])
  // A metadata run may be our own, its Start's answer lost.
  if (subject.kind !== 'DATA_SOURCE') return parkBehindActiveRun(run, others, refusalError(refusal), context)
  const waitForRun = async () => {
    // List may show the run of another caller before that of an earlier Start of ours.
    const waitMs = untilListProves(run, context)
    if (waitMs > 0) return parkFor(refused, 'CONFLICT', waitMs, context)
    // The active run is our own if an earlier Start made it, and may predate the trigger otherwise.
    const earlier = await findEarlierStart(run, others, context)
    if (earlier !== 'nothing') return earlier
    const unstarted = { ...refused, run: withoutOpenStarts(run) }
    return parkFor(unstarted, 'CONFLICT', context.settings.parkMs, context)
  }
  return handleSource(refused, subject, waitForRun, context)
}

/** Decides what happens to a run whose Start was refused, and records it. */
export const handleRefusal = async (
  run: ClaimedRun,
  others: readonly Run[],
  refusal: Refusal,
  context: StartContext,
): Promise<RequestOutcome> => {
  const refused = { run, others, refusal, nowMs: context.clock.now() }
  switch (refusal.kind) {
    case 'INVALID':
      return handleInvalid(refused, context)
    case 'NOT_FOUND':
      return handleNotFound(refused, context)
    case 'QUOTA_EXCEEDED':
      return handleQuota(refused, context)
    case 'DENIED':
      return handleDenial(refused, context)
    case 'CONFLICT':
      return handleConflict(refused, context)
    case 'THROTTLED':
      // The pace limits metadata runs only. StartDataSourceRun has twice the quota, so another caller uses it up.
      if (run.subject.kind === 'METADATA_GENERATION') await context.pace.slowDown(refused.nowMs)
      return retryOrPark(refused, 'THROTTLED', context)
    case 'UNAVAILABLE':
      return retryOrPark(refused, 'UNAVAILABLE', context)
    default:
      return refusal.kind satisfies never
  }
}
