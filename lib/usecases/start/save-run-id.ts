import type { RunStore } from '../../ports/run-store.ts'
import type { Run } from '../../run/run.ts'

/**
 * Writes a run at the version read. A data source run that learns its run id takes the only item of that id with it:
 * the observer may be about to follow the same run as somebody else's. Undefined: somebody was faster. `taken`: the run
 * is on another record.
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
