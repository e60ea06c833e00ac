import { PortUnavailable } from '../../errors.ts'
import type { Refusal, ServiceRun } from '../../ports/datazone.ts'
import { errorText } from '../../run/error-text.ts'
import type { Facts } from '../../run/facts.ts'
import { eventId, runKey } from '../../run/identity.ts'
import {
  type ClaimedRun,
  type EndedRun,
  owesCancel,
  type ParkedRun,
  type ParkReason,
  type Run,
  type RunError,
} from '../../run/run.ts'
import { type Transition, transition } from '../../run/transition.ts'
import { announce } from '../announce.ts'
import { sendCancel } from '../send-cancel.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { saveRunId } from './save-run-id.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/** How a lease ends: parked, rejected, cancelled, or with the run id of what was started. */

/** How often a write that lost a race is tried again. */
const recordTries = 5

export const runError = (refusal: Refusal): RunError => ({
  name: refusal.name,
  message: errorText(refusal.message),
})

/** P9: waiting has an end. */
export const hasWaitedTooLong = (run: ClaimedRun | ParkedRun, context: StartContext): boolean =>
  context.clock.now() - run.createdAtMs > context.settings.maxWaitMs

export const waitedTooLong: RunError = {
  name: 'WaitedTooLong',
  message:
    'the request could not be carried out in all the time it was given; ask again when its cause is mended',
}

/**
 * Ends our lease with a fact. A duplicate may have been noted on the record meanwhile: it is read again, and the fact
 * applied to what is there, as long as it is still our lease. Undefined: it is not.
 */
const endLease = async (
  run: ClaimedRun | ParkedRun,
  fact: Facts['REFUSED'] | Facts['REJECTED'] | Facts['CANCELED'],
  context: StartContext,
): Promise<ParkedRun | EndedRun | undefined> => {
  const { record } = runKey(run)
  let current: Run | undefined = run
  for (let tries = 0; tries < recordTries && current !== undefined; tries += 1) {
    const nowMs = context.clock.now()
    const next: Transition<ParkedRun | EndedRun> = ended(current, fact, nowMs)
    if (next.outcome !== 'changed') return undefined
    const saved = await context.store.save(next.run)
    if (saved !== undefined) return saved
    const records = await context.store.runsOf(run.subject)
    current = records.runs.find((other) => runKey(other).record === record && isSameLease(other, run))
  }
  return undefined
}

const ended = (
  run: Run,
  fact: Facts['REFUSED'] | Facts['REJECTED'] | Facts['CANCELED'],
  nowMs: number,
): Transition<ParkedRun | EndedRun> => {
  switch (fact.kind) {
    case 'REFUSED':
      return transition(run, fact, nowMs)
    case 'REJECTED':
      return transition(run, fact, nowMs)
    case 'CANCELED':
      return transition(run, fact, nowMs)
    default:
      return fact satisfies never
  }
}

const isSameLease = (other: Run, run: ClaimedRun | ParkedRun): boolean =>
  run.state === 'CLAIMED'
    ? other.state === 'CLAIMED' && other.startSent.firstAtMs === run.startSent.firstAtMs
    : other.state === 'PARKED' && other.retryAtMs === run.retryAtMs

/** Not now: the run waits in the table. */
export const park = async (
  run: ClaimedRun,
  why: { reason: ParkReason; retryAtMs: number; definite: boolean; error?: RunError },
  context: StartContext,
): Promise<RequestOutcome> => {
  const parked = await endLease(run, { kind: 'REFUSED', ...why }, context)
  return parked?.state === 'PARKED'
    ? { outcome: 'parked', run: parked }
    : { outcome: 'duplicate', of: runKey(run) }
}

/** Ends a run as REJECTED, and says so to its sender. */
export const reject = async (
  run: ClaimedRun | ParkedRun,
  error: RunError,
  context: StartContext,
): Promise<RequestOutcome> => {
  const ended = await endLease(run, { kind: 'REJECTED', error }, context)
  if (ended?.state !== 'ENDED') return { outcome: 'duplicate', of: runKey(run) }
  await announce([ended], context)
  return { outcome: 'rejected', eventId: eventId(run, 'REJECTED'), reasons: [error.message] }
}

/** Ends a run that somebody asked to cancel, when nothing of it runs or ever will. */
export const cancelUnstarted = async (
  run: ClaimedRun | ParkedRun,
  context: StartContext,
): Promise<RequestOutcome> => {
  const ended = await endLease(run, { kind: 'CANCELED' }, context)
  if (ended?.state !== 'ENDED') return { outcome: 'duplicate', of: runKey(run) }
  await announce([ended], context)
  return { outcome: 'canceled', run: ended }
}

/** Whatever DataZone means by it, the trigger still wants a run of its own; the other one is going, or has ended. */
const onAnotherRecord = (runId: string, { clock, settings }: StartContext) => ({
  reason: 'CONFLICT' as const,
  retryAtMs: clock.now() + settings.lookAgainMs,
  definite: true,
  error: { name: 'RunOnAnotherRecord', message: `run ${runId} is on another record` },
})

/**
 * Step 6: keeps the run id, on the condition of the attempt and of an absent or equal run id; not of the version,
 * because a hint, a cancel or a sweep may have come between Start and its answer. A cancel that was asked for meanwhile
 * is carried out now, if there is time; else a sweep does it.
 * @throws PortUnavailable when the table cannot answer: the sweep will find the claim, and Start's token the same run
 */
export const recordStarted = async (
  claimed: ClaimedRun,
  found: ServiceRun,
  adopted: boolean,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { record } = runKey(claimed)
  let current: Run | undefined = claimed
  for (let tries = 0; tries < recordTries && current !== undefined; tries += 1) {
    const nowMs = context.clock.now()
    const startedAtMs = Math.min(found.createdAtMs ?? nowMs, nowMs)
    const { runId, nativeStatus } = found
    const next: Transition = transition(current, { kind: 'STARTED', runId, nativeStatus, startedAtMs }, nowMs)
    if (next.outcome !== 'changed' && next.outcome !== 'noted')
      return { outcome: 'duplicate', of: runKey(claimed) }
    const saved = await saveRunId(next.run, context)
    if (saved === 'taken') return park(claimed, onAnotherRecord(runId, context), context)
    if (saved?.state === 'IN_FLIGHT' && next.outcome === 'changed') {
      const run = owesCancel(saved) && hasTimeToAsk(context) ? (await sendCancel(saved, context)).run : saved
      return { outcome: 'started', run, adopted }
    }
    if (saved !== undefined) return { outcome: 'duplicate-run', runId, of: runKey(claimed) }
    const records = await context.store.runsOf(claimed.subject)
    current = records.runs.find((run) => runKey(run).record === record)
  }
  throw new PortUnavailable('table', new Error('the run id could not be recorded'))
}
