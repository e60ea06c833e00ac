import { haveSameTypes, isSameSubject, typesToRun } from './identity.ts'
import { type ClaimedRun, isActive, type MetadataSubject, type Run, type StartSent } from './run.ts'

/**
 * When a Start is safe, and whose run a List shows. The rules of P1:
 *
 * 1. The token of an earlier Start is trusted for `tokenMemoryMs` only; after that, List is asked first.
 * 2. A List without the run proves that there is none only `startEffectMs` and `listLagMs` after the last Start.
 * 3. A run is adopted only if everything it shows fits, and enough is shown; else it is `unclear` and nothing is started.
 * 4. An attempt waits while another run could be mistaken for its own.
 */

/** The assumptions that P1 rests on (docs/ARCHITECTURE.md). DataZone documents none of them, so they are settings. */
export interface Assumptions {
  /** A clientToken is remembered for at least this long after its Start took effect. */
  readonly tokenMemoryMs: number
  /** List shows a run at most this long after its Start took effect. */
  readonly listLagMs: number
  /** A Start that was sent takes effect within this long, or never. */
  readonly startEffectMs: number
}

/** `start`: Start cannot make a second run now. `look`: DataZone may have forgotten the token, so ask List first. */
export type StartSafety = 'start' | 'look'

/** Whether the token makes a Start of a claimed run safe until its lease ends. */
export const startSafety = (run: ClaimedRun, assumptions: Assumptions): StartSafety => {
  if (run.earlierStart === undefined) return 'start'
  const latestEffectMs = run.leaseEndsAtMs + assumptions.startEffectMs
  return latestEffectMs < run.earlierStart.firstAtMs + assumptions.tokenMemoryMs ? 'start' : 'look'
}

/** When a List without the run begins to prove that no earlier Start took effect, or will. */
export const absenceIsProofAtMs = (sent: StartSent, assumptions: Assumptions): number =>
  sent.lastAtMs + assumptions.startEffectMs + assumptions.listLagMs

/** A run that List shows and that may be ours. */
export interface AdoptionCandidate {
  readonly runId: string
  readonly revision: string | undefined
  readonly types: readonly string[]
  readonly createdAtMs: number | undefined
  /** Shown with the older `type` instead of `types`: the run may have more types. */
  readonly isOlderShape?: true | undefined
}

const adoptionSkewMs = 120_000
/** A data source run from before the trigger may have missed the new data, so only clock skew is allowed for. */
const sourceSkewMs = 10_000

export type Ownership = 'ours' | 'not-ours' | 'unclear'

const metadataOwnership = (
  subject: MetadataSubject,
  run: ClaimedRun,
  { revision, types, createdAtMs, isOlderShape }: AdoptionCandidate,
): Ownership => {
  const ownTypes = typesToRun(run)
  const fits =
    (revision === undefined || revision === subject.revision) &&
    types.every((type) => ownTypes.some((own) => own === type)) &&
    (isOlderShape === true || types.length === 0 || types.length === ownTypes.length) &&
    (createdAtMs === undefined || createdAtMs >= run.createdAtMs - adoptionSkewMs)
  if (!fits) return 'not-ours'
  // An older deployment shows one type of two, so the run may be another attempt's, of more types.
  const isWhole =
    revision !== undefined &&
    isOlderShape !== true &&
    types.length === ownTypes.length &&
    createdAtMs !== undefined
  return isWhole ? 'ours' : 'unclear'
}

/** List shows when a data source run was made, but nothing that identifies its request. */
const sourceOwnership = (
  run: ClaimedRun,
  { createdAtMs }: AdoptionCandidate,
  assumptions: Assumptions,
): Ownership => {
  if (run.earlierStart === undefined) return 'not-ours'
  if (createdAtMs === undefined) return 'unclear'
  const fromMs = run.earlierStart.firstAtMs - sourceSkewMs
  const untilMs = run.earlierStart.lastAtMs + assumptions.startEffectMs + sourceSkewMs
  return createdAtMs >= fromMs && createdAtMs <= untilMs ? 'ours' : 'not-ours'
}

/**
 * Decides whose run List shows. `ours`: recorded on no other attempt and, for an asset, of the same revision and types and
 * created after the attempt was first written (less two minutes of clock skew); for a data source, created while a Start
 * of ours was open. `unclear`: what is shown fits, but fields are missing (every field of a list item is optional, and
 * older deployments show one type only).
 */
export const ownership = (
  run: ClaimedRun,
  candidate: AdoptionCandidate,
  runIdsOfOtherAttempts: ReadonlySet<string>,
  assumptions: Assumptions,
): Ownership => {
  if (runIdsOfOtherAttempts.has(candidate.runId)) return 'not-ours'
  return run.subject.kind === 'DATA_SOURCE'
    ? sourceOwnership(run, candidate, assumptions)
    : metadataOwnership(run.subject, run, candidate)
}

/** An attempt's record, or the request that would become one. */
export type Attempt = Pick<Run, 'subject' | 'attempt' | 'onlyTypes'> & { readonly earlierStart?: StartSent }

/**
 * A retry of some types may start the same types as another subject. While that subject has an open Start, List cannot
 * show which of the two a run belongs to. The one whose key sorts first goes first.
 */
const couldBeMistaken = (attempt: Attempt, other: Run): boolean =>
  other.state === 'PARKED' &&
  other.subject.kind === 'METADATA_GENERATION' &&
  attempt.subject.kind === other.subject.kind &&
  other.earlierStart !== undefined &&
  (attempt.onlyTypes !== undefined || other.onlyTypes !== undefined) &&
  other.subject.revision === attempt.subject.revision &&
  haveSameTypes(typesToRun(other), typesToRun(attempt)) &&
  (attempt.earlierStart === undefined || sortsBefore(other, attempt))

const sortsBefore = (left: Attempt, right: Attempt): boolean => {
  const [one, other] = [left, right].map(({ subject, attempt }) =>
    subject.kind === 'DATA_SOURCE' ? undefined : `${subject.types.join('+')}#${attempt}`,
  )
  return one !== undefined && other !== undefined && one < other
}

/**
 * Returns the other runs of its asset or data source that an attempt has to wait for. DataZone runs one at a time (a second
 * Start most likely answers 409). While an earlier attempt of the subject has not ended, the later one could adopt its run
 * (P1). List shows even less of data source runs, so there a parked run with an open Start blocks every other.
 */
export const runsAhead = (attempt: Attempt, others: readonly Run[]): readonly Run[] =>
  others.filter(
    (other) =>
      isActive(other) ||
      (other.state === 'PARKED' &&
        other.subject.kind === 'DATA_SOURCE' &&
        other.earlierStart !== undefined) ||
      (other.state === 'PARKED' &&
        other.attempt < attempt.attempt &&
        isSameSubject(other.subject, attempt.subject)) ||
      couldBeMistaken(attempt, other),
  )

/** The longest that a request waits for the next try of a request ahead of it, which may be canceled or released before. */
const longestBehindMs = 60 * 60_000

/**
 * Returns when a request that waits behind others is tried again, in ms since the epoch: `waitMs` from now, or `waitMs`
 * after the next try of a request ahead of it, which may wait for the next month, but at most an hour from now.
 */
export const retryBehindAtMs = (ahead: readonly Run[], nowMs: number, waitMs: number): number => {
  const triesMs = ahead.map((run) => (run.state === 'PARKED' ? run.retryAtMs : nowMs))
  return Math.min(Math.max(nowMs, ...triesMs) + waitMs, nowMs + Math.max(waitMs, longestBehindMs))
}
