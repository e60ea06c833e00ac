import { typesToRun } from './identity.ts'
import type { EndedRun, ParkedRun, Run, Subject } from './run.ts'

const lastEnded = (runs: readonly EndedRun[]): EndedRun | undefined =>
  runs.toSorted((left, right) => left.detectedAtMs - right.detectedAtMs).at(-1)

/**
 * The run that makes a publish not worth another: the last one of these types that DataZone ran for the asset, at
 * whatever revision, when it succeeded so recently. People who accept what was generated and publish it must not burn
 * the month's quota. Only DataZone's own word that an asset was published is guarded against: who asks for a run, or
 * for another (`regenerate`), gets it.
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
  const last = lastEnded(
    records.filter(
      (run): run is EndedRun =>
        run.state === 'ENDED' &&
        run.runId !== undefined &&
        subject.types.every((type) => typesToRun({ subject: run.subject }).includes(type)),
    ),
  )
  return last?.ending === 'SUCCEEDED' && nowMs - last.detectedAtMs < guardMs ? last : undefined
}
