import { sameSubject } from './identity.ts'
import { type ClaimedRun, isGoing, type Run, type StartSent, type Subject } from './run.ts'

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
  /** Shown without `types`: the one `type` that is shown need not be all. */
  readonly olderShape?: true | undefined
}

const adoptionSkewMs = 120_000

/**
 * Whose run it is that List shows for the asset. `ours`: same revision and types, created after the attempt was first
 * written (less two minutes for clocks), and recorded on no other attempt. `unclear`: what it shows fits, but not all of
 * it is shown (every field of a list item is optional, and older deployments know one type only).
 */
export const ownership = (
  run: ClaimedRun,
  candidate: AdoptionCandidate,
  runIdsOfOtherAttempts: ReadonlySet<string>,
): 'ours' | 'not-ours' | 'unclear' => {
  const { revision, types, createdAtMs } = candidate
  const fits =
    (revision === undefined || revision === run.subject.revision) &&
    types.every((type) => run.subject.types.some((own) => own === type)) &&
    (candidate.olderShape === true || types.length === 0 || types.length === run.subject.types.length) &&
    (createdAtMs === undefined || createdAtMs >= run.createdAtMs - adoptionSkewMs) &&
    !runIdsOfOtherAttempts.has(candidate.runId)
  if (!fits) return 'not-ours'
  const isWhole =
    revision !== undefined && types.length === run.subject.types.length && createdAtMs !== undefined
  return isWhole ? 'ours' : 'unclear'
}

/**
 * Whether an attempt has to wait for others of its asset. DataZone runs one at a time for an asset (a second Start most
 * likely answers 409). And while an earlier attempt of the same subject has not ended, a run that List shows could be
 * either's: the later one could adopt what is not its own (P1).
 */
export const mustWait = (
  attempt: { readonly subject: Subject; readonly attempt: number },
  others: readonly Run[],
): boolean =>
  others.some(
    (other) =>
      isGoing(other) ||
      (other.state === 'PARKED' &&
        other.attempt < attempt.attempt &&
        sameSubject(other.subject, attempt.subject)),
  )
