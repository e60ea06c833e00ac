import { isSameCounter } from '../../run/caps.ts'
import type { Facts } from '../../run/facts.ts'
import { eventId, runKey } from '../../run/identity.ts'
import { mayNotWait } from '../../run/max-wait.ts'
import { present } from '../../run/present.ts'
import type { ClaimedRun, Counter, EndedRun, ParkedRun, ParkReason, Run, RunError } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import type { Transition } from '../../run/transition-outcome.ts'
import { announce } from '../announce.ts'
import { readRecords } from '../read-records.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { waitedTooLong } from './run-errors.ts'
import type { StartContext } from './start-context.ts'

/** A fact that closes a claim, or a parked record, without a run id. */
type ClosingFact = Facts['REFUSED'] | Facts['REJECTED'] | Facts['CANCELED']

/** How often a write that lost a race is tried again. */
const maxWrites = 5

const applyTo = (run: Run, fact: ClosingFact, nowMs: number): Transition<ParkedRun | EndedRun> => {
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

/** The run without the counters that are given back with it, and those of them that it had. */
const withoutCounts = (run: ParkedRun | EndedRun, giveBack: readonly Counter[]) => {
  const { countedIn = [], ...rest } = run
  const given = countedIn.filter((counter) => giveBack.some((other) => isSameCounter(other, counter)))
  const kept = countedIn.filter((counter) => !given.includes(counter))
  return { run: { ...rest, ...present({ countedIn: kept.length === 0 ? undefined : kept }) }, given }
}

/**
 * Closes a claim with a fact. When another invocation has written the record meanwhile (for example, to note a
 * duplicate), reads it again and applies the fact to what is stored, as long as the lease is still ours. Returns
 * undefined when it is not.
 */
const closeClaim = async (
  run: ClaimedRun | ParkedRun,
  fact: ClosingFact,
  context: StartContext,
  giveBack: readonly Counter[] = [],
): Promise<ParkedRun | EndedRun | undefined> => {
  const { store, clock } = context
  const { record } = runKey(run)
  let current: Run | undefined = run
  for (let writes = 0; writes < maxWrites && current !== undefined; writes += 1) {
    const next: Transition<ParkedRun | EndedRun> = applyTo(current, fact, clock.now())
    if (next.outcome !== 'changed') return undefined
    const { run: closed, given } = withoutCounts(next.run, giveBack)
    const saved = await store.save<ParkedRun | EndedRun>(closed, given)
    if (saved !== undefined) return saved
    const records = await readRecords(run.subject, record, context)
    current = records.runs.find((other) => runKey(other).record === record && isSameLease(other, run))
  }
  return undefined
}

/**
 * Parks a claimed run in the table until `retryAtMs`. P9: rejects it instead when it has waited too long, because this was
 * its last try; but not while a Start of it may have taken effect (P1).
 */
export const park = async (
  run: ClaimedRun,
  why: { reason: ParkReason; retryAtMs: number; definite: boolean; error?: RunError },
  context: StartContext,
): Promise<RequestOutcome> => {
  const isUnstarted = why.definite && run.earlierStart === undefined
  if (isUnstarted && mayNotWait(run, why, context.clock.now(), context.settings.maxWaitMs))
    return reject(run, waitedTooLong(why.error), context)
  const parked = await closeClaim(run, { kind: 'REFUSED', ...why }, context)
  return parked?.state === 'PARKED'
    ? { outcome: 'parked', run: parked }
    : { outcome: 'duplicate', of: runKey(run) }
}

/**
 * Ends a run as REJECTED and announces the ending to its sender.
 * @param giveBack counters that the claim took, for a run that is known to have started nothing
 */
export const reject = async (
  run: ClaimedRun | ParkedRun,
  error: RunError,
  context: StartContext,
  giveBack: readonly Counter[] = [],
): Promise<RequestOutcome> => {
  const ended = await closeClaim(run, { kind: 'REJECTED', error }, context, giveBack)
  if (ended?.state !== 'ENDED') return { outcome: 'duplicate', of: runKey(run) }
  await announce([ended], context)
  return { outcome: 'rejected', eventId: eventId(run, 'REJECTED'), reasons: [error.message] }
}

/** Ends a run with a requested cancel as CANCELED. Only for a run that has not started and never will. */
export const cancelUnstarted = async (
  run: ClaimedRun | ParkedRun,
  context: StartContext,
): Promise<RequestOutcome> => {
  const ended = await closeClaim(run, { kind: 'CANCELED' }, context)
  if (ended?.state !== 'ENDED') return { outcome: 'duplicate', of: runKey(run) }
  await announce([ended], context)
  return { outcome: 'canceled', run: ended }
}
