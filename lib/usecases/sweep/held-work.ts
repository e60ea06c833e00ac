import type { Breakers } from '../../ports/breakers.ts'
import type { Switches } from '../../ports/switches.ts'
import type { Breaker } from '../../run/breaker.ts'
import type { Holds, ReleasePlan } from '../../run/release-plan.ts'
import type { Run, WaitingRun } from '../../run/run.ts'

export interface HoldPorts {
  readonly breakers: Breakers
  readonly switches: Switches
}

const placeOf = (run: Run): string => JSON.stringify([run.subject.domainId, run.projectId])

/**
 * Reads what holds due records in the table in this sweep: open breakers, and the switches of the records' domains and
 * projects. Reads nothing when no record waits.
 * @throws PortUnavailable when one cannot be read; then the sweep must release nothing
 */
export const readHolds = async (
  waiting: readonly WaitingRun[],
  { breakers, switches }: HoldPorts,
): Promise<Holds> => {
  const open: readonly Breaker[] = waiting.length === 0 ? [] : await breakers.openBreakers()
  const paused = new Set<string>()
  for (const [place, [run]] of Map.groupBy(waiting, placeOf)) {
    if (run === undefined) continue
    if ((await switches.pauseOf(run.subject.domainId, run.projectId)) !== undefined) paused.add(place)
  }
  return { breakers: open, isPaused: (run) => paused.has(placeOf(run)) }
}

/** Counts parked records by why they wait now: by what holds them, or else by the reason they were parked for. */
export const countParked = (
  waiting: readonly WaitingRun[],
  { heldBy }: Pick<ReleasePlan, 'heldBy'>,
  parkedLater: ReadonlyMap<string, number>,
): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = Object.fromEntries(parkedLater)
  for (const run of waiting) {
    if (run.state !== 'PARKED') continue
    const reason = heldBy.get(run) ?? run.reason
    counts[reason] = (counts[reason] ?? 0) + 1
  }
  return counts
}
