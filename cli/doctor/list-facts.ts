import { knownStatuses } from '../../lib/run/service-status.ts'
import type { Profile } from '../../local/datazone/input/profile.ts'

/** A run as List shows it. */
export interface ListedRun {
  readonly status?: string | undefined
  readonly createdAtMs?: number | undefined
}

/** With fewer runs, their order may be a coincidence. */
const fewest = 3

const orderOf = (times: readonly number[]): Profile['list']['order'] => {
  if (times.length < fewest) return null
  const pairs = times.slice(1).map((time, index) => [times[index] ?? time, time] as const)
  if (pairs.every(([before, after]) => before >= after)) return 'newest'
  return pairs.every(([before, after]) => before <= after) ? 'oldest' : 'other'
}

/** Returns the order of a page of List, and the statuses that this version does not know. */
export const listFacts = (
  runs: readonly ListedRun[],
): Pick<Profile['list'], 'order' | 'runsSeen' | 'unrecognizedStatuses'> => {
  const statuses = new Set(runs.flatMap(({ status }) => status ?? []))
  return {
    order: orderOf(runs.flatMap(({ createdAtMs }) => createdAtMs ?? [])),
    runsSeen: runs.length,
    unrecognizedStatuses: [...statuses].filter(
      (status) => !Object.hasOwn(knownStatuses.METADATA_GENERATION, status) && /^[A-Z_]{2,40}$/.test(status),
    ),
  }
}
