import type { RunList } from '../../ports/run-list.ts'
import { endings } from '../../run/run.ts'
import type { RunSummary } from '../../run/run-summary.ts'

/** Every status that the index knows. */
export const runStatuses: readonly string[] = ['PLANNED', 'CLAIMED', 'PARKED', 'IN_FLIGHT', ...endings]

/** Which runs to list. Absent fields match everything. */
export interface RunFilter {
  readonly statuses?: readonly string[]
  readonly sinceMs?: number
  readonly projectId?: string
  readonly assetId?: string
  readonly reason?: string
  readonly type?: string
}

const matches = (run: RunSummary, filter: RunFilter): boolean =>
  (filter.projectId === undefined || run.projectId === filter.projectId) &&
  (filter.assetId === undefined || run.assetId === filter.assetId) &&
  (filter.reason === undefined || run.reason === filter.reason) &&
  (filter.type === undefined || run.types?.some((type) => type === filter.type) === true)

/** The first `limit` matching runs of one status. */
const firstOf = async (
  pages: AsyncIterable<readonly RunSummary[]>,
  filter: RunFilter,
  limit: number,
): Promise<readonly RunSummary[]> => {
  const found: RunSummary[] = []
  for await (const page of pages) {
    found.push(...page.filter((run) => matches(run, filter)))
    if (found.length >= limit) break
  }
  return found.slice(0, limit)
}

/**
 * Returns the matching runs of a domain, newest first, at most `limit`. Reads one query per status, and from each only
 * as many pages as the limit needs.
 * @throws PortUnavailable when the table does not answer
 */
export const listRuns = async (
  list: RunList,
  domainId: string,
  filter: RunFilter,
  limit: number,
): Promise<readonly RunSummary[]> => {
  const { sinceMs, statuses = runStatuses } = filter
  const since = sinceMs === undefined ? {} : { sinceMs }
  const found = await Promise.all(
    statuses.map((status) => firstOf(list.newestFirst({ domainId, status, ...since }), filter, limit)),
  )
  return found
    .flat()
    .toSorted((left, right) => right.updatedAtMs - left.updatedAtMs)
    .slice(0, limit)
}
