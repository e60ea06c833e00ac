import type { Clock } from '../ports/clock.ts'
import type { DataZone, Refusal } from '../ports/datazone.ts'
import type { RunStore } from '../ports/run-store.ts'
import type { InFlightRun } from '../run/run.ts'
import { transition } from '../run/transition.ts'

export interface CancelPorts {
  readonly store: RunStore
  readonly datazone: DataZone
  readonly clock: Clock
}

/**
 * Tells DataZone to cancel a run whose record says so, and notes that it was taken. What DataZone refuses stays owed
 * (the run has probably ended by itself, which a Get will tell), and so does a cancel whose note somebody else's write
 * kept out: the next sweep asks once more.
 * @returns the run as it stands, and what DataZone refused it with
 * @throws PortUnavailable when the table cannot answer
 */
export const sendCancel = async (
  run: InFlightRun,
  { store, datazone, clock }: CancelPorts,
): Promise<{ readonly run: InFlightRun; readonly refusal?: Refusal }> => {
  const answer = await datazone.cancelRun(run.subject.domainId, run.runId)
  if (answer.outcome === 'refused') return { run, refusal: answer.refusal }
  const next = transition(run, { kind: 'CANCEL_SENT' }, clock.now())
  const saved = next.outcome === 'changed' ? await store.save(next.run) : undefined
  return { run: saved ?? run }
}
