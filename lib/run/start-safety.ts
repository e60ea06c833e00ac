import { sameSubject, sameTypes, typesToRun } from './identity.ts'
import { type ClaimedRun, isGoing, type Run, type StartSent } from './run.ts'

/**
 * The three assumptions that P1 rests on (docs/ARCHITECTURE.md). DataZone documents none of them, so they are settings.
 */
export interface Assumptions {
  /** A clientToken is remembered for at least this long after its Start took effect. */
  readonly tokenMemoryMs: number
  /** List shows a run at most this long after its Start took effect. */
  readonly listLagMs: number
  /** A Start that was sent takes effect within this long, or never. */
  readonly startEffectMs: number
}

/**
 * `start`: sending Start now cannot make a second run. `look`: DataZone may have forgotten the token of an earlier
 * Start, so ask List first.
 */
export type StartSafety = 'start' | 'look'

/** Whether a claimed run's Start can be sent, relying on the token, until its lease ends. */
export const startSafety = (run: ClaimedRun, assumptions: Assumptions): StartSafety => {
  if (run.sentBefore === undefined) return 'start'
  const latestEffectMs = run.leaseEndsAtMs + assumptions.startEffectMs
  return latestEffectMs < run.sentBefore.firstAtMs + assumptions.tokenMemoryMs ? 'start' : 'look'
}

/** From when on a List without the run proves that no Start sent before took effect, or will. */
export const absenceProvesMs = (sent: StartSent, assumptions: Assumptions): number =>
  sent.lastAtMs + assumptions.startEffectMs + assumptions.listLagMs

/** What List shows of a run that might be ours. */
export interface AdoptionCandidate {
  readonly runId: string
  readonly revision: string | undefined
  readonly types: readonly string[]
  readonly createdAtMs: number | undefined
}

const adoptionSkewMs = 120_000

/**
 * Whether a run that List shows for the asset can only be ours: same revision and types, created after the attempt was
 * first written (less two minutes for clocks), and recorded on no other attempt.
 */
export const isAdoptable = (
  run: ClaimedRun,
  candidate: AdoptionCandidate,
  runIdsOfOtherAttempts: ReadonlySet<string>,
): boolean =>
  candidate.revision === run.subject.revision &&
  sameTypes(typesToRun(run), candidate.types) &&
  candidate.createdAtMs !== undefined &&
  candidate.createdAtMs >= run.createdAtMs - adoptionSkewMs &&
  !runIdsOfOtherAttempts.has(candidate.runId)

type Attempt = Pick<Run, 'subject' | 'attempt' | 'onlyTypes'> & { readonly sentBefore?: StartSent }

/**
 * A retry of some types may ask DataZone for just what another subject asks for. While that one has a Start of unknown
 * fate, List could not tell whose a run is. Of two such, the one that was filed first goes first.
 */
const couldBeMistaken = (attempt: Attempt, other: Run): boolean =>
  other.state === 'PARKED' &&
  other.sentBefore !== undefined &&
  (attempt.onlyTypes !== undefined || other.onlyTypes !== undefined) &&
  other.subject.revision === attempt.subject.revision &&
  sameTypes(typesToRun(other), typesToRun(attempt)) &&
  (attempt.sentBefore === undefined || isFiledBefore(other, attempt))

const isFiledBefore = (left: Attempt, right: Attempt): boolean => {
  const [one, other] = [left, right].map((run) => `${run.subject.types.join('+')}#${run.attempt}`)
  return one !== undefined && other !== undefined && one < other
}

/**
 * Whether an attempt has to wait for others of its asset. DataZone runs one at a time for an asset (a second Start most
 * likely answers 409). And while an earlier attempt of the same subject has not ended, a run that List shows could be
 * either's: the later one could adopt what is not its own (P1).
 */
export const mustWait = (attempt: Attempt, others: readonly Run[]): boolean =>
  others.some(
    (other) =>
      isGoing(other) ||
      (other.state === 'PARKED' &&
        other.attempt < attempt.attempt &&
        sameSubject(other.subject, attempt.subject)) ||
      couldBeMistaken(attempt, other),
  )
