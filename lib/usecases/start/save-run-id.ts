import type { RunStore } from '../../ports/run-store.ts'
import type { Run } from '../../run/run.ts'

/**
 * Writes a run at the version read. A data source run with a new run id is written together with the only item of that
 * id, because the observer may be about to follow the same run as a foreign one. Returns undefined when another
 * invocation has written the record, and `taken` when another record holds the run id.
 */
export const saveRunId = async (
  run: Run,
  { store }: { readonly store: RunStore },
): Promise<Run | 'taken' | undefined> => {
  if (run.subject.kind !== 'DATA_SOURCE' || run.state !== 'IN_FLIGHT') return store.save(run)
  const recording = await store.recordRunId(run)
  switch (recording.outcome) {
    case 'recorded':
      return recording.run
    case 'changed':
      return undefined
    case 'taken':
      return 'taken'
    default:
      return recording satisfies never
  }
}
