import { isSameSubject } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import type { ParkedRun, Run, Subject } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import type { StartContext } from './start-context.ts'

/**
 * Notes a duplicate on the runs that it asks for. Its next delivery then costs no GetAsset (a write is far cheaper), and
 * the record shows its sender which run it was. When another invocation wins the write, only that note is lost.
 */
export const recordDuplicate = async (
  waiting: ParkedRun,
  subjects: readonly Subject[],
  records: readonly Run[],
  { store, clock }: StartContext,
): Promise<void> => {
  const { requestKey, correlationId } = waiting.request
  for (const run of records) {
    if (!subjects.some((subject) => isSameSubject(run.subject, subject))) continue
    const next = transition(
      run,
      { kind: 'REQUESTED_AGAIN', requestKey, ...present({ correlationId }) },
      clock.now(),
    )
    if (next.outcome === 'changed') await store.save(next.run)
  }
}
