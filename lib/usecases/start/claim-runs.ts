import type { Records } from '../../ports/run-store.ts'
import { backoffSeconds } from '../../run/backoff.ts'
import { isSameSubject, runKey, typeSets } from '../../run/identity.ts'
import { repeatOf } from '../../run/repeat-guard.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type ParkedRun,
  type ParkReason,
  type PlannedRun,
  type Run,
  type RunError,
  type Subject,
  startUnknownName,
} from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import { claimWithinCaps } from './claim-within-caps.ts'
import { backfillWait, moveToLive } from './lanes.ts'
import { parkingReason } from './parking-reason.ts'
import {
  attemptTaken,
  isLostRace,
  type RequestOutcome,
  recordChanged,
  recordUnreadable,
  sourceClaimed,
} from './request-outcome.ts'
import type { StartContext } from './start-context.ts'
import { startRun } from './start-run.ts'
import { hasTimeToAsk } from './time-left.ts'
import { duplicateOf, type WaitingRequest } from './waiting-request.ts'

interface Attempt {
  readonly subject: Subject
  readonly attempt: number
}

/** Rejected, and no run was made: the next request, mended we hope, is not its duplicate. */
const endedWithoutRun = (run: Run): boolean =>
  run.state === 'ENDED' &&
  run.ending === 'REJECTED' &&
  run.runId === undefined &&
  run.error?.name !== startUnknownName

/**
 * The attempt that a request makes of a subject, or undefined when it is a duplicate: the first one, or the next when
 * all before came to nothing, or the request says `regenerate` and is on no attempt yet. A PLANNED attempt is only a
 * note: outside plan mode it counts for nothing.
 */
const attemptToMake = (
  subject: Subject,
  waiting: ParkedRun,
  records: readonly Run[],
  context: StartContext,
): Attempt | undefined => {
  const { requestKey, regenerate } = waiting.request
  const ofSubject = records.filter((run) => isSameSubject(run.subject, subject))
  const made = ofSubject.filter((run) => run.state !== 'PLANNED')
  const isNew = made.every((run) => run.request.requestKey !== requestKey)
  if (!(isNew && (regenerate || made.every(endedWithoutRun)))) return undefined
  const attempt = 1 + Math.max(0, ...made.map((run) => run.attempt))
  const isPlanned = ofSubject.some((run) => run.attempt === attempt)
  return isPlanned && context.settings.mode === 'plan' ? undefined : { subject, attempt }
}

const planned = ({ subject, attempt }: Attempt, waiting: ParkedRun, nowMs: number): PlannedRun => ({
  state: 'PLANNED',
  subject,
  attempt,
  projectId: waiting.projectId,
  request: waiting.request,
  ...(waiting.policy === undefined ? {} : { policy: waiting.policy }),
  createdAtMs: nowMs,
  version: 0,
  history: [{ atMs: nowMs, what: 'planned' }],
})

const parked = (
  attempt: Attempt,
  waiting: ParkedRun,
  nowMs: number,
  wait: { readonly reason: ParkReason; readonly retryAtMs: number; readonly error?: RunError },
): ParkedRun => ({
  ...planned(attempt, waiting, nowMs),
  history: [{ atMs: nowMs, what: `parked: ${wait.reason}` }],
  state: 'PARKED',
  ...wait,
})

/** Start counts as sent from the claim on, so that the claim and the note "sent" are one write. */
const claimed = (attempt: Attempt, waiting: ParkedRun, nowMs: number, context: StartContext): ClaimedRun => {
  const leaseEndsAtMs = nowMs + context.settings.leaseMs
  return {
    ...planned(attempt, waiting, nowMs),
    history: [{ atMs: nowMs, what: 'claimed' }],
    state: 'CLAIMED',
    leaseEndsAtMs,
    startSent: { firstAtMs: nowMs, lastAtMs: leaseEndsAtMs },
  }
}

/**
 * Notes a duplicate on the runs it asked for, so that its next delivery costs no GetAsset (a write is far cheaper) and
 * so that its sender can be told which run it was. Losing the race for the write loses nothing but that.
 */
const recordDuplicate = async (
  waiting: ParkedRun,
  subjects: readonly Subject[],
  records: readonly Run[],
  context: StartContext,
): Promise<void> => {
  const { requestKey } = waiting.request
  for (const run of records) {
    if (!subjects.some((subject) => isSameSubject(run.subject, subject))) continue
    const next = transition(run, { kind: 'REQUESTED_AGAIN', requestKey }, context.clock.now())
    if (next.outcome === 'changed') await context.store.save(next.run)
  }
}

const duplicateOfAttempt = ({ subject, attempt }: Attempt, waiting: ParkedRun): RequestOutcome => ({
  outcome: 'duplicate',
  of: runKey({ ...waiting, subject, attempt }),
})

/** Somebody else has made the attempt since the records were read. */
const attemptExists = async (
  attempt: Attempt,
  waiting: ParkedRun,
  context: StartContext,
): Promise<RequestOutcome> => {
  if (waiting.request.regenerate) return attemptTaken
  const read = await context.store.runsOf(attempt.subject)
  const records = await moveToLive(waiting, [attempt.subject], read, context)
  if (records === undefined) return recordChanged
  await recordDuplicate(waiting, [attempt.subject], records.runs, context)
  return duplicateOfAttempt(attempt, waiting)
}

const createFirst = async (
  first: Attempt,
  waiting: ParkedRun,
  records: Records,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { subject } = first
  const replaces = waiting.version > 0 ? waiting : undefined
  const made = async (run: PlannedRun | ParkedRun): Promise<RequestOutcome> => {
    const creation = await context.store.create<PlannedRun | ParkedRun>(run, replaces)
    if (creation.outcome !== 'created')
      return creation.outcome === 'exists'
        ? attemptExists(first, waiting, context)
        : duplicateOfAttempt(first, waiting)
    return creation.run.state === 'PLANNED'
      ? { outcome: 'planned', run: creation.run }
      : { outcome: 'parked', run: creation.run }
  }
  if (context.settings.mode === 'plan') return made(planned(first, waiting, context.clock.now()))
  // First: what waits for its lane must not take a breaker's probe with it.
  const wait =
    backfillWait(waiting, context) ??
    (await parkingReason({ ...first, projectId: waiting.projectId }, records.runs, context))
  const nowMs = context.clock.now()
  if (wait !== undefined) return made(parked(first, waiting, nowMs, wait))
  const claimCount = subject.kind === 'DATA_SOURCE' ? (records.claimCount ?? 0) : undefined
  const claiming = await claimWithinCaps(
    claimed(first, waiting, nowMs, context),
    { replaces, claimCount },
    context,
  )
  switch (claiming.outcome) {
    case 'claimed':
      return startRun(claiming.run, records.runs, context)
    case 'full':
      return made(parked(first, waiting, nowMs, claiming.wait))
    case 'exists':
    case 'changed':
      return attemptExists(first, waiting, context)
    case 'request-changed':
      return duplicateOfAttempt(first, waiting)
    case 'claim-count-changed':
      return sourceClaimed
    default:
      return claiming satisfies never
  }
}

/**
 * Leaves out what the repeat guard skips, and notes each skip on the run that explains it: a skip leaves no
 * other trace. Undefined: somebody came between, and the records are to be read again.
 */
const applyRepeatGuard = async (
  attempts: readonly Attempt[],
  waiting: ParkedRun,
  records: readonly Run[],
  context: StartContext,
) => {
  const worth: Attempt[] = []
  const skipped: RequestOutcome[] = []
  const explained = new Set<EndedRun>()
  for (const attempt of attempts) {
    const repeated = repeatOf(attempt.subject, waiting, records, context.clock.now())
    if (repeated === undefined) worth.push(attempt)
    else {
      explained.add(repeated)
      skipped.push({ outcome: 'skipped', reason: 'REPEAT_GUARD', of: runKey(repeated) })
    }
  }
  const { requestKey } = waiting.request
  for (const run of explained) {
    const next = transition(run, { kind: 'REPEAT_SKIPPED', requestKey }, context.clock.now())
    const isNoted = next.outcome !== 'noted' || (await context.store.save(next.run)) !== undefined
    if (!isNoted) return undefined
  }
  return { attempts: worth, skipped }
}

const nothingToMake = async (
  waiting: ParkedRun,
  subjects: readonly Subject[],
  skipped: readonly RequestOutcome[],
  records: readonly Run[],
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  if (skipped.length > 0) {
    if (waiting.version > 0 && !(await context.store.dropRequest(waiting))) return [duplicateOf(waiting)]
    return skipped
  }
  await recordDuplicate(waiting, subjects, records, context)
  if (waiting.version > 0) await context.store.dropRequest(waiting)
  return subjects.map((subject) => ({ outcome: 'duplicate', of: runKey({ ...waiting, subject }) }))
}

const claimOnce = async (
  waiting: ParkedRun,
  subjects: readonly Subject[],
  read: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const made = subjects.flatMap((subject) => attemptToMake(subject, waiting, read.runs, context) ?? [])
  const guard = await applyRepeatGuard(made, waiting, read.runs, context)
  if (guard === undefined) return [recordChanged]
  const { attempts, skipped } = guard
  const records = await moveToLive(waiting, subjects, read, context)
  if (records === undefined) return [recordChanged]
  const [first, ...rest] = attempts
  if (first === undefined) return nothingToMake(waiting, subjects, skipped, records.runs, context)
  const outcomes: RequestOutcome[] = [...skipped]
  for (const attempt of rest) {
    const nowMs = context.clock.now()
    const behind = { reason: 'BEHIND', retryAtMs: nowMs + context.settings.lookAgainMs } as const
    const run =
      context.settings.mode === 'plan'
        ? planned(attempt, waiting, nowMs)
        : parked(attempt, waiting, nowMs, behind)
    const creation = await context.store.create<PlannedRun | ParkedRun>(run)
    // As for the first: nothing is claimed yet, so the message can come back and make the attempt after the taken one.
    if (creation.outcome === 'exists' && waiting.request.regenerate) return [attemptTaken]
    if (creation.outcome !== 'created') outcomes.push({ outcome: 'duplicate', of: runKey(run) })
    else if (creation.run.state === 'PLANNED') outcomes.push({ outcome: 'planned', run: creation.run })
    else outcomes.push({ outcome: 'parked', run: creation.run })
  }
  return [await createFirst(first, waiting, records, context), ...outcomes]
}

/** How often records are read anew because somebody else came between, before the message is seen again. */
const tries = 10

/**
 * Step 3, for a request that is about known subjects: one record for each, by conditional put. The first is claimed and
 * started; the others wait for it, because DataZone runs one at a time for an asset. The first is written last, together
 * with the removal of the waiting request, so that a crash in between leaves something to go on with.
 *
 * Of many requests for one asset at once a single one wins each round. The others try again here, and after that ever
 * later and apart: the queue hands out a message five times, and dead letters are for what crashes.
 */
export const claimSubjects = async (
  waiting: ParkedRun,
  subjects: readonly Subject[],
  read: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  let records = read
  for (let left = tries; ; left -= 1) {
    const outcomes = await claimOnce(waiting, subjects, records, context)
    const lost = outcomes.find(isLostRace)
    if (lost === undefined) return outcomes
    if (left <= 1 || !hasTimeToAsk(context))
      return [{ ...lost, afterSeconds: backoffSeconds(context.receiveCount, context.clock.random()) }]
    records = await context.store.runsOf(waiting.subject)
    if (records.unreadable.length > 0) return [recordUnreadable]
  }
}

/** The same for an asset whose revision is known: a subject for each set of types. */
export const claimRuns = (
  waiting: WaitingRequest,
  revision: string,
  records: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const subjects = typeSets(waiting.subject.types).map((types) => ({ ...waiting.subject, revision, types }))
  return claimSubjects(waiting, subjects, records, context)
}
