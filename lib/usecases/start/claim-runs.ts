import type { Records } from '../../ports/run-store.ts'
import { backoffSeconds } from '../../run/backoff.ts'
import { isSameSubject, type RunKey, runKey, typeSets } from '../../run/identity.ts'
import type { ParkedRun, PlannedRun, Run, Subject } from '../../run/run.ts'
import { readRecords } from '../read-records.ts'
import { answerRequest, dropAnswered } from './answer-request.ts'
import { claimWithinCaps } from './claim-within-caps.ts'
import { guardedAttempts } from './guarded-attempts.ts'
import { backfillWait, moveToLive } from './lanes.ts'
import { claimedRun, type NewAttempt, parkedRun, plannedRun } from './new-attempt.ts'
import { parkingReason } from './parking-reason.ts'
import { recordDuplicate } from './record-duplicate.ts'
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
import type { WaitingRequest } from './waiting-request.ts'
import { withNames } from './with-names.ts'

/** A request for known subjects, with the records that were read for it. */
interface Claiming {
  readonly waiting: ParkedRun
  readonly subjects: readonly Subject[]
  readonly records: Records
}

const duplicateOfAttempt = ({ subject, attempt }: NewAttempt, waiting: ParkedRun): RequestOutcome => ({
  outcome: 'duplicate',
  of: runKey({ ...waiting, subject, attempt }),
})

const createdOutcome = (run: PlannedRun | ParkedRun): RequestOutcome =>
  run.state === 'PLANNED' ? { outcome: 'planned', run } : { outcome: 'parked', run }

/** The outcome of a request whose attempt another invocation has made since the records were read. */
const attemptExists = async (
  attempt: NewAttempt,
  waiting: ParkedRun,
  context: StartContext,
): Promise<RequestOutcome> => {
  if (waiting.request.regenerate) return attemptTaken
  const { record } = runKey({ ...waiting, ...attempt })
  const read = await readRecords(attempt.subject, record, context)
  const records = await moveToLive(waiting, [attempt.subject], read, context)
  if (records === undefined) return recordChanged
  await recordDuplicate(waiting, [attempt.subject], records.runs, context)
  return duplicateOfAttempt(attempt, waiting)
}

/** Writes the first attempt as planned or parked, in the place of the waiting request. */
const createFirst = async (
  attempt: NewAttempt,
  run: PlannedRun | ParkedRun,
  waiting: ParkedRun,
  context: StartContext,
): Promise<RequestOutcome> => {
  const replaces = waiting.version > 0 ? waiting : undefined
  const creation = await context.store.create<PlannedRun | ParkedRun>(run, replaces)
  switch (creation.outcome) {
    case 'created':
      return createdOutcome(creation.run)
    case 'exists':
      return attemptExists(attempt, waiting, context)
    case 'request-changed':
      return duplicateOfAttempt(attempt, waiting)
    default:
      return creation satisfies never
  }
}

/** Claims the first attempt and starts it, or parks it where a claim has to wait. */
const claimFirst = async (
  attempt: NewAttempt,
  { waiting, records }: Claiming,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { clock, settings } = context
  const parkFirst = (wait: Parameters<typeof parkedRun>[3]) =>
    createFirst(attempt, parkedRun(attempt, waiting, clock.now(), wait), waiting, context)
  // The lane comes first: a backfill request that waits must not take a breaker's probe with it.
  const wait =
    backfillWait(waiting, context) ??
    (await parkingReason({ ...attempt, projectId: waiting.projectId }, records.runs, context))
  if (wait !== undefined) return parkFirst(wait)
  const claim = claimedRun(attempt, waiting, clock.now(), settings.leaseMs)
  const claimCount = attempt.subject.kind === 'DATA_SOURCE' ? (records.claimCount ?? 0) : undefined
  const replaces = waiting.version > 0 ? waiting : undefined
  const claiming = await claimWithinCaps(claim, { replaces, claimCount }, context)
  switch (claiming.outcome) {
    case 'claimed':
      return startRun(claiming.run, records.runs, context)
    case 'full':
      return parkFirst(claiming.wait)
    case 'exists':
    case 'changed':
      return attemptExists(attempt, waiting, context)
    case 'request-changed':
      return duplicateOfAttempt(attempt, waiting)
    case 'claim-count-changed':
      return sourceClaimed
    default:
      return claiming satisfies never
  }
}

/** The key of the subject's newest attempt, which a request for the subject is a duplicate of. */
const newestKey = (waiting: ParkedRun, subject: Subject, records: readonly Run[]): RunKey => {
  const attempts = records.filter((run) => isSameSubject(run.subject, subject)).map((run) => run.attempt)
  return runKey({ ...waiting, subject, attempt: Math.max(1, ...attempts) })
}

/** The plan that an earlier delivery of the request made: its answer may not have been sent. */
const ownPlan = ({ request }: ParkedRun, subject: Subject, records: readonly Run[]): PlannedRun | undefined =>
  records.find(
    (run): run is PlannedRun =>
      run.state === 'PLANNED' &&
      run.request.requestKey === request.requestKey &&
      isSameSubject(run.subject, subject),
  )

/** Ends a request that makes no attempt: the repeat guard skipped it, or it is a duplicate. */
const createNothing = async (
  { waiting, subjects, records }: Claiming,
  skipped: readonly RequestOutcome[],
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  if (subjects.length > 0) await recordDuplicate(waiting, subjects, records.runs, context)
  const known = subjects.map((subject): RequestOutcome => {
    const plan = ownPlan(waiting, subject, records.runs)
    return plan === undefined
      ? { outcome: 'duplicate', of: newestKey(waiting, subject, records.runs) }
      : { outcome: 'planned', run: plan }
  })
  return dropAnswered(waiting, [...known, ...skipped], context)
}

/**
 * Writes the attempts that wait for the first one, because DataZone runs one at a time for an asset. Returns undefined
 * when a request to regenerate finds its attempt taken: nothing is claimed yet, so the message can come back and make the
 * attempt after it.
 */
const createRest = async (
  attempts: readonly NewAttempt[],
  waiting: ParkedRun,
  context: StartContext,
): Promise<readonly RequestOutcome[] | undefined> => {
  const { store, clock, settings } = context
  const outcomes: RequestOutcome[] = []
  for (const attempt of attempts) {
    const nowMs = clock.now()
    const behind = { reason: 'BEHIND', retryAtMs: nowMs + settings.lookAgainMs } as const
    const run =
      settings.mode === 'plan'
        ? plannedRun(attempt, waiting, nowMs)
        : parkedRun(attempt, waiting, nowMs, behind)
    const creation = await store.create<PlannedRun | ParkedRun>(run)
    if (creation.outcome === 'exists' && waiting.request.regenerate) return undefined
    outcomes.push(
      creation.outcome === 'created'
        ? createdOutcome(creation.run)
        : await attemptExists(attempt, waiting, context),
    )
  }
  return outcomes
}

const claimOnce = async (claiming: Claiming, context: StartContext): Promise<readonly RequestOutcome[]> => {
  const { waiting } = claiming
  const { subjects, attempts, skipped } = guardedAttempts(
    claiming.subjects,
    waiting,
    claiming.records.runs,
    context,
  )
  const records = await moveToLive(waiting, subjects, claiming.records, context)
  if (records === undefined) return [recordChanged]
  const [first, ...rest] = attempts
  if (first === undefined) return createNothing({ waiting, subjects, records }, skipped, context)
  const outcomes = await createRest(rest, waiting, context)
  if (outcomes === undefined) return [attemptTaken]
  const { mode } = context.settings
  const plan = mode === 'plan' ? plannedRun(first, waiting, context.clock.now()) : undefined
  // P2: the record takes the place of a stored request, so that request is answered first.
  const answers = [...skipped, ...(plan === undefined ? [] : [createdOutcome(plan)])]
  const answered = waiting.version > 0 ? await answerRequest(waiting, answers, context) : []
  const again = answered.find(({ outcome }) => outcome === 'retry')
  if (again !== undefined) return [again]
  const created =
    plan === undefined
      ? await claimFirst(first, { waiting, subjects, records }, context)
      : await createFirst(first, plan, waiting, context)
  return [created, ...skipped, ...outcomes]
}

/** How often the records are read again after a lost race, before the message returns to the queue. */
const maxTries = 10

/**
 * Step 3, for a request with known subjects: writes one record for each by conditional put. The first is claimed and
 * started; the rest wait for it. The first is written last, together with the removal of the waiting request, so that a
 * crash in between leaves a request to continue with.
 *
 * When many requests for one asset arrive together, one of them wins each round. The others try again here, and then
 * with a growing, jittered backoff, because each of them uses a receive of its message.
 */
export const claimSubjects = async (
  unnamed: ParkedRun,
  subjects: readonly Subject[],
  read: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const { clock, receiveCount } = context
  const waiting = await withNames(unnamed, context)
  let records = read
  for (let left = maxTries; ; left -= 1) {
    const outcomes = await claimOnce({ waiting, subjects, records }, context)
    const lost = outcomes.find(isLostRace)
    if (lost === undefined) return outcomes
    if (left <= 1 || !hasTimeToAsk(context))
      return [{ ...lost, afterSeconds: backoffSeconds(receiveCount, clock.random()) }]
    records = await readRecords(waiting.subject, runKey(waiting).record, context)
    if (records.unreadable.length > 0) return [recordUnreadable]
  }
}

/** The same for an asset whose revision is known: one subject for each set of types. */
export const claimRuns = (
  waiting: WaitingRequest,
  revision: string,
  records: Records,
  context: StartContext,
): Promise<readonly RequestOutcome[]> => {
  const subjects = typeSets(waiting.subject.types).map((types) => ({ ...waiting.subject, revision, types }))
  return claimSubjects(waiting, subjects, records, context)
}
