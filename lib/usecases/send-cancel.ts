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
 * Sends the cancel that a run's record requests, and records that DataZone accepted it. A cancel that DataZone refused
 * stays owed (the run has probably ended by itself, which a Get shows), and so does one that could not be recorded because
 * another invocation wrote the run: the next sweep sends it again.
 * @returns the current run, and DataZone's refusal
 * @throws PortUnavailable when the table does not answer
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
