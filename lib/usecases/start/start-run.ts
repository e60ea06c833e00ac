import type { Answer, ServiceRun } from '../../ports/datazone.ts'
import { clientToken, typesToRun } from '../../run/identity.ts'
import { hasWaitedTooLong } from '../../run/max-wait.ts'
import { type ClaimedRun, isCancelRequested, type Run } from '../../run/run.ts'
import { startSafety } from '../../run/start-safety.ts'
import { awaitSlot } from './await-slot.ts'
import { cancelUnstarted, park } from './close-claim.ts'
import { findEarlierStart, withoutOpenStarts } from './find-earlier-start.ts'
import { findLostStart } from './find-lost-start.ts'
import { handleRefusal } from './handle-refusal.ts'
import { parkBehindBreaker } from './park-behind-breaker.ts'
import { recordStart } from './record-start.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'

/** After this many seconds a message whose slot came too late is received again. */
const lateSlotRetrySeconds = 5

const sendStart = async (run: ClaimedRun, context: StartContext): Promise<Answer<ServiceRun>> => {
  const { subject, projectId, attempt } = run
  const { datazone, settings, deadlineMs, clock } = context
  const abortAfterMs = Math.min(settings.startTimeoutMs, deadlineMs - clock.now())
  const token = clientToken(subject, attempt)
  if (subject.kind === 'DATA_SOURCE') {
    const { domainId, dataSourceId } = subject
    return datazone.startSourceRun({ domainId, dataSourceId, clientToken: token }, abortAfterMs)
  }
  const { domainId, assetId, revision } = subject
  if (revision === undefined) throw new Error('only a run with a revision can be started')
  return datazone.startRun(
    { domainId, projectId, assetId, revision, types: typesToRun(run), clientToken: token },
    abortAfterMs,
  )
}

const parkForSlot = async (
  run: ClaimedRun,
  slotAtMs: number,
  context: StartContext,
): Promise<RequestOutcome> => {
  const retryAtMs = slotAtMs + context.settings.lookAgainMs
  const parked = await park(run, { reason: 'PACED', retryAtMs, definite: true }, context)
  return parked.outcome === 'parked' && context.receiveCount === 1
    ? { outcome: 'retry', afterSeconds: lateSlotRetrySeconds, reason: 'PACED' }
    : parked
}

/** Steps 4 to 6, once it is known that no earlier Start took effect. An open breaker blocks before and after the wait. */
const startInSlot = async (
  run: ClaimedRun,
  others: readonly Run[],
  context: StartContext,
): Promise<RequestOutcome> => {
  const { gate } = context
  const breaker = await gate.blockedBy('Start', run)
  if (breaker !== undefined) return parkBehindBreaker(run, others, breaker, context)
  const slot = await awaitSlot(context)
  if (slot.comes === 'too-late') return parkForSlot(run, slot.atMs, context)
  // Another request may have been refused while this one waited for its slot.
  const opened = await gate.blockedBy('Start', run, true)
  if (opened !== undefined) return parkBehindBreaker(run, others, opened, context)

  const answer = await sendStart(run, context)
  if (answer.outcome === 'refused') return handleRefusal(run, others, answer.refusal, context)
  const recorded = await recordStart(run, answer.value, false, context)
  // A replay of an earlier Start uses no quota, so it does not show that the quota has room.
  const isReplay = run.earlierStart !== undefined
  await gate.allowed('Start', isReplay ? ['DENIED'] : ['DENIED', 'QUOTA_EXCEEDED'])
  return recorded
}

/**
 * Steps 4 to 6 for a run whose lease we hold: ends a run with a requested cancel that has not started, looks up an
 * earlier Start whose token may be forgotten, waits for a slot, sends Start and records the run id.
 * @param others every other record of the asset or data source
 * @throws PortUnavailable when the table does not answer; from the claim on the sweep recovers the run
 */
export const startRun = async (
  claimed: ClaimedRun,
  others: readonly Run[],
  context: StartContext,
): Promise<RequestOutcome> => {
  const { clock, settings } = context
  if (isCancelRequested(claimed)) {
    const earlier = await findEarlierStart(claimed, others, context)
    const lost = earlier === 'nothing' ? await findLostStart(claimed, others, context) : earlier
    return lost === 'nothing' ? cancelUnstarted(claimed, context) : lost
  }
  const lost = await findLostStart(claimed, others, context)
  if (lost !== 'nothing') return lost
  // After its last try the run is rejected, which is safe only once no earlier Start of it can be open (P1).
  const isLastTry = hasWaitedTooLong(claimed, clock.now(), settings.maxWaitMs)
  if (!isLastTry && startSafety(claimed, settings.assumptions) !== 'look')
    return startInSlot(claimed, others, context)
  const earlier = await findEarlierStart(claimed, others, context)
  if (earlier !== 'nothing') return earlier
  return startInSlot(withoutOpenStarts(claimed), others, context)
}
