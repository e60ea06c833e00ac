import type { Program } from './program.ts'

const hour = 3_600_000
/** How long a world runs after its storm: enough for every lease, hold, visibility timeout and second look. */
const settlingMs = 4 * hour
const afterLastActionMs = 3 * hour
/** When the operator redrives again, since messages from the end of the storm become dead letters late. */
const redrivesAfterMs = [hour, 2 * hour]

/** The times that the program of a world sets, in ms since the epoch. */
export interface WorldTimes {
  /** Whether the operator is away, and redrives dead letters only hours after the storm. */
  readonly isOperatorLate: boolean
  readonly stormEndsMs: number
  readonly calmFromMs: number
  readonly redrivesMs: readonly number[]
  readonly plannedEndMs: number
}

export const timesOf = ({ startMs, stormMs, actions }: Program): WorldTimes => {
  const redriveAtMs = actions.find(({ action }) => action.kind === 'redrive')?.atMs ?? stormMs
  const isOperatorLate = redriveAtMs > stormMs
  const calmFromMs = startMs + Math.max(stormMs, redriveAtMs)
  const lastActionMs = startMs + (actions.at(-1)?.atMs ?? 0)
  return {
    isOperatorLate,
    stormEndsMs: startMs + stormMs,
    calmFromMs,
    redrivesMs: redrivesAfterMs.map((afterMs) => calmFromMs + afterMs),
    plannedEndMs: Math.max(calmFromMs + settlingMs, lastActionMs + afterLastActionMs),
  }
}
