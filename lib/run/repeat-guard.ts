import { typesToRun } from './identity.ts'
import type { EndedRun, GenerationType, ParkedRun, Run, Subject } from './run.ts'

const lastEnded = (runs: readonly EndedRun[]): EndedRun | undefined =>
  runs.toSorted((left, right) => left.detectedAtMs - right.detectedAtMs).at(-1)

/** The last run of all of these types that DataZone ran for an asset, at whatever revision and however it ended. */
export const lastRunOf = (types: readonly GenerationType[], records: readonly Run[]): EndedRun | undefined =>
  lastEnded(
    records.filter(
      (run): run is EndedRun =>
        run.state === 'ENDED' &&
        run.runId !== undefined &&
        types.every((type) => typesToRun({ subject: run.subject }).includes(type)),
    ),
  )

/** People accept, and then publish, long after the run: `Metadata Generation Accepted` begins the days anew. */
const guardedFromMs = (run: EndedRun): number => Math.max(run.detectedAtMs, run.acceptedAtMs ?? 0)

/**
 * The run that makes a publish not worth another: the last one of these types that DataZone ran for the asset, at
 * whatever revision, when it succeeded, or was accepted, so recently. People who accept what was generated and publish
 * it must not burn the month's quota. Only DataZone's own word that an asset was published is guarded against: who asks
 * for a run, or for another (`regenerate`), gets it.
 */
export const repeatOf = (
  subject: Subject,
  asked: Pick<ParkedRun, 'request' | 'policy'>,
  records: readonly Run[],
  nowMs: number,
): EndedRun | undefined => {
  const guardMs = asked.policy?.repeatGuardMs
  if (subject.kind === 'DATA_SOURCE') return undefined
  if (guardMs === undefined || asked.request.published !== true || asked.request.regenerate) return undefined
  const last = lastRunOf(subject.types, records)
  return last?.ending === 'SUCCEEDED' && nowMs - guardedFromMs(last) < guardMs ? last : undefined
}
