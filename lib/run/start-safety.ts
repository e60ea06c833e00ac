import { haveSameTypes, isSameSubject, typesToRun } from './identity.ts'
import { type ClaimedRun, isActive, type MetadataSubject, type Run, type StartSent } from './run.ts'

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
  if (run.earlierStart === undefined) return 'start'
  const latestEffectMs = run.leaseEndsAtMs + assumptions.startEffectMs
  return latestEffectMs < run.earlierStart.firstAtMs + assumptions.tokenMemoryMs ? 'start' : 'look'
}

/** From when on a List without the run proves that no Start sent before took effect, or will. */
export const absenceIsProofAtMs = (sent: StartSent, assumptions: Assumptions): number =>
  sent.lastAtMs + assumptions.startEffectMs + assumptions.listLagMs

/** What List shows of a run that might be ours. */
export interface AdoptionCandidate {
  readonly runId: string
  readonly revision: string | undefined
  readonly types: readonly string[]
  readonly createdAtMs: number | undefined
  /** Shown without `types`: the one `type` that is shown need not be all. */
  readonly olderShape?: true | undefined
}

const adoptionSkewMs = 120_000
/** A data source run made before the trigger may not have seen what it is for, so only what clocks differ by. */
const sourceSkewMs = 10_000

export type Ownership = 'ours' | 'not-ours' | 'unclear'

const metadataOwnership = (
  subject: MetadataSubject,
  run: ClaimedRun,
  { revision, types, createdAtMs, olderShape }: AdoptionCandidate,
): Ownership => {
  const asked = typesToRun(run)
  const fits =
    (revision === undefined || revision === subject.revision) &&
    types.every((type) => asked.some((own) => own === type)) &&
    (olderShape === true || types.length === 0 || types.length === asked.length) &&
    (createdAtMs === undefined || createdAtMs >= run.createdAtMs - adoptionSkewMs)
  if (!fits) return 'not-ours'
  // Of an older deployment one type told may be one of two: it may be another attempt's run, of more types.
  const isWhole =
    revision !== undefined &&
    olderShape !== true &&
    types.length === asked.length &&
    createdAtMs !== undefined
  return isWhole ? 'ours' : 'unclear'
}

/** Nothing that List shows of a data source run tells who asked for it; only when it was made. */
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
 * Whose run it is that List shows. `ours`, of an asset: same revision and types, created after the attempt was first
 * written (less two minutes for clocks). Of a data source: created while a Start of ours was open. Either way recorded
 * on no other attempt. `unclear`: what it shows fits, but not all of it is shown (every field of a list item is
 * optional, and older deployments know one type only).
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

/** What is, or may be, an attempt: its record or what one is to be made of. */
export type Attempt = Pick<Run, 'subject' | 'attempt' | 'onlyTypes'> & { readonly earlierStart?: StartSent }

/**
 * A retry of some types may ask DataZone for just what another subject asks for. While that one has a Start of unknown
 * fate, List could not tell whose a run is. Of two such, the one that was filed first goes first.
 */
const couldBeMistaken = (attempt: Attempt, other: Run): boolean =>
  other.state === 'PARKED' &&
  other.subject.kind === 'METADATA_GENERATION' &&
  attempt.subject.kind === other.subject.kind &&
  other.earlierStart !== undefined &&
  (attempt.onlyTypes !== undefined || other.onlyTypes !== undefined) &&
  other.subject.revision === attempt.subject.revision &&
  haveSameTypes(typesToRun(other), typesToRun(attempt)) &&
  (attempt.earlierStart === undefined || isFiledBefore(other, attempt))

const isFiledBefore = (left: Attempt, right: Attempt): boolean => {
  const [one, other] = [left, right].map(({ subject, attempt }) =>
    subject.kind === 'DATA_SOURCE' ? undefined : `${subject.types.join('+')}#${attempt}`,
  )
  return one !== undefined && other !== undefined && one < other
}

/**
 * Whether an attempt has to wait for others of its asset or data source. DataZone runs one at a time (a second Start
 * most likely answers 409). And while an earlier attempt of the same subject has not ended, a run that List shows could
 * be either's: the later one could adopt what is not its own (P1). Of a data source List tells even less, so there a
 * parked run whose Start may have taken effect holds up every other.
 */
export const hasToWait = (attempt: Attempt, others: readonly Run[]): boolean =>
  others.some(
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
