import { duplicateEvent, type SkipAnswer, skippedEvent } from '../../contracts/answer-event.ts'
import type { RunEvent } from '../../contracts/run-event.ts'
import { type RunKey, runKey, targetOf } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import type { ParkedRun, Run } from '../../run/run.ts'
import type { Skip } from '../../run/skip.ts'
import { transition } from '../../run/transition.ts'
import { readRecords } from '../read-records.ts'
import { type RequestOutcome, recordChanged } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'
import { duplicateOf } from './waiting-request.ts'

/**
 * P2: the answer to a request that makes no run.
 *
 * 1. A skip is recorded with the asset or data source before the message is acknowledged.
 * 2. An explicit request gets a Skipped or Duplicate event before the message is acknowledged; a DataZone event gets none.
 * 3. A duplicate is on the record of its run before its event is sent, so the ending's event names it.
 */

type SkipOutcome = Extract<RequestOutcome, { outcome: 'skipped' }>

const skipOf = (request: ParkedRun, outcome: SkipOutcome, context: StartContext): Skip | undefined => {
  if (outcome.reason === 'UNREADABLE_EVENT') return undefined
  const isByPolicy =
    outcome.reason === 'POLICY' || outcome.reason === 'NO_RULE' || outcome.reason === 'NO_TRIGGER'
  return {
    requestKey: request.request.requestKey,
    reason: outcome.reason,
    atMs: context.clock.now(),
    ...present({ policyVersion: isByPolicy ? context.settings.policyVersion : undefined }),
    ...(outcome.reason === 'POLICY' ? { rule: outcome.rule, because: outcome.because } : {}),
    ...(outcome.reason === 'REPEAT_GUARD' ? { repeatOf: outcome.of.record, types: outcome.types } : {}),
  }
}

/** How often a record is read again because another starter has written it. */
const tries = 5

/** The run that the request duplicates, with the duplicate on its record; undefined for the request's own run. */
const recordDuplicate = async (
  of: RunKey,
  { subject, request }: ParkedRun,
  context: StartContext,
): Promise<Run | 'changed' | undefined> => {
  const { store, clock } = context
  const { requestKey, correlationId } = request
  for (let left = tries; left > 0; left -= 1) {
    const { runs } = await readRecords(subject, of.record, context)
    const run = runs.find((candidate) => runKey(candidate).record === of.record)
    if (run === undefined || run.request.requestKey === requestKey) return undefined
    const fact = { kind: 'REQUESTED_AGAIN', requestKey, ...present({ correlationId }) } as const
    const next = transition(run, fact, clock.now())
    if (next.outcome !== 'changed') return run
    const saved = await store.save(next.run)
    if (saved !== undefined) return saved
  }
  return 'changed'
}

const answerTo = (outcome: RequestOutcome): SkipAnswer | undefined => {
  if (outcome.outcome === 'planned') return { reason: 'MODE_PLAN' }
  return outcome.outcome === 'skipped' && outcome.reason !== 'UNREADABLE_EVENT' ? outcome : undefined
}

/**
 * Answers a request whose outcomes are known, and returns them; with a retry when the answer could not be sent.
 * @throws PortUnavailable when the table cannot answer: the message is to be retried
 */
export const answerRequest = async (
  request: ParkedRun,
  outcomes: readonly RequestOutcome[],
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const nowMs = context.clock.now()
  for (const outcome of outcomes) {
    const skip = outcome.outcome === 'skipped' ? skipOf(request, outcome, context) : undefined
    if (skip !== undefined) await context.skips.record(targetOf(request.subject), skip)
  }
  if (request.request.trigger !== undefined) return outcomes

  const events: RunEvent[] = []
  for (const outcome of outcomes) {
    const skip = answerTo(outcome)
    if (skip !== undefined) events.push(skippedEvent(request, skip, nowMs))
    if (outcome.outcome !== 'duplicate') continue
    const run = await recordDuplicate(outcome.of, request, context)
    if (run === 'changed') return [...outcomes, recordChanged]
    if (run !== undefined) events.push(duplicateEvent(request, run, nowMs))
  }
  if (events.length === 0) return outcomes
  const accepted = await context.bus.put(events)
  if (accepted.every((isAccepted) => isAccepted)) return outcomes
  return [...outcomes, { outcome: 'retry', afterSeconds: 5, reason: 'EVENT_NOT_ACCEPTED' }]
}

/**
 * Removes a stored request that makes no run, once it is answered. A request that was only read from the queue is
 * answered by its caller.
 */
export const dropAnswered = async (
  waiting: ParkedRun,
  outcomes: readonly RequestOutcome[],
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  if (waiting.version === 0) return outcomes
  const answered = await answerRequest(waiting, outcomes, context)
  if (answered.some(({ outcome }) => outcome === 'retry')) return answered
  return (await context.store.dropRequest(waiting)) ? answered : [duplicateOf(waiting)]
}
