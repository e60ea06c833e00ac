import { typesToRun } from './identity.ts'
import type { EndedRun, GenerationType, ParkedRun, Run, Subject } from './run.ts'

const lastEnded = (runs: readonly EndedRun[]): EndedRun | undefined =>
  runs.toSorted((left, right) => left.detectedAtMs - right.detectedAtMs).at(-1)

/** The last run of all these types that DataZone ran for an asset, at any revision and with any ending. */
export const lastRunOf = (types: readonly GenerationType[], records: readonly Run[]): EndedRun | undefined =>
  lastEnded(
    records.filter(
      (run): run is EndedRun =>
        run.state === 'ENDED' &&
        run.runId !== undefined &&
        types.every((type) => typesToRun({ subject: run.subject }).includes(type)),
    ),
  )

/** Suggestions may be accepted and published long after the run, so an acceptance restarts the count. */
const guardedFromMs = (run: EndedRun): number => Math.max(run.detectedAtMs, run.acceptedAtMs ?? 0)

/**
 * Returns the run that makes a publish a repeat: the last one of these types for the asset, at any revision, if it
 * succeeded or was accepted recently enough. Accepting and publishing what was generated must not use up the month's
 * quota. Explicit requests are never repeats.
 */
export const repeatOf = (
  subject: Subject,
  { request, policy }: Pick<ParkedRun, 'request' | 'policy'>,
  records: readonly Run[],
  nowMs: number,
): EndedRun | undefined => {
  const guardMs = policy?.repeatGuardMs
  if (subject.kind === 'DATA_SOURCE') return undefined
  if (guardMs === undefined || request.trigger === undefined || request.regenerate) return undefined
  const last = lastRunOf(subject.types, records)
  return last?.ending === 'SUCCEEDED' && nowMs - guardedFromMs(last) < guardMs ? last : undefined
}
