import type { RunList } from '../../ports/run-list.ts'
import { type Ending, endings, type RunKind } from '../../run/run.ts'
import type { RunSummary } from '../../run/run-summary.ts'

/** Every status in the index. */
export const runStatuses: readonly string[] = ['PLANNED', 'CLAIMED', 'PARKED', 'IN_FLIGHT', ...endings]

/** The endings that lists count as failures. */
export const failures: readonly Ending[] = ['FAILED', 'PARTIALLY_SUCCEEDED', 'TIMED_OUT', 'LOST', 'REJECTED']

/** Which runs to list. Absent fields match everything. */
export interface RunFilter {
  readonly statuses?: readonly string[]
  readonly sinceMs?: number
  readonly projectId?: string
  readonly assetId?: string
  readonly reason?: string
  readonly type?: string
  readonly kind?: RunKind
}

/** Where a page ended: the time and identity of its last run. */
export interface ListPosition {
  readonly updatedAtMs: number
  readonly id: string
}

export interface RunListPage {
  readonly runs: readonly RunSummary[]
  /** Where the next page begins; absent when there is none. */
  readonly next?: ListPosition
}

const kindOf = ({ dataSourceId }: RunSummary): RunKind =>
  dataSourceId === undefined ? 'METADATA_GENERATION' : 'DATA_SOURCE'

const matches = (run: RunSummary, filter: RunFilter): boolean =>
  (filter.projectId === undefined || run.projectId === filter.projectId) &&
  (filter.assetId === undefined || run.assetId === filter.assetId) &&
  (filter.reason === undefined || run.reason === filter.reason) &&
  (filter.kind === undefined || kindOf(run) === filter.kind) &&
  (filter.type === undefined || run.types?.some((type) => type === filter.type) === true)

const idOf = ({ domainId, assetId, dataSourceId, record }: RunSummary): string =>
  `${domainId} ${assetId ?? dataSourceId ?? ''} ${record}`

/** Newest first; of runs that changed in the same millisecond, in the order of their ids. */
const order = (left: RunSummary, right: RunSummary): number =>
  right.updatedAtMs - left.updatedAtMs || (idOf(left) < idOf(right) ? -1 : 1)

/** One run after the other of one index query, those of one millisecond in order. Reads a page only when it is needed. */
async function* inOrder(pages: AsyncIterable<readonly RunSummary[]>): AsyncGenerator<RunSummary, undefined> {
  let tied: RunSummary[] = []
  for await (const page of pages)
    for (const run of page) {
      if (tied[0] !== undefined && tied[0].updatedAtMs !== run.updatedAtMs) {
        yield* tied.toSorted(order)
        tied = []
      }
      tied.push(run)
    }
  yield* tied.toSorted(order)
  return undefined
}

const isAfter = (run: RunSummary, { updatedAtMs, id }: ListPosition): boolean =>
  run.updatedAtMs < updatedAtMs || (run.updatedAtMs === updatedAtMs && idOf(run) > id)

/** Merges streams of runs into one, and holds one run of each in memory. */
async function* merged(
  streams: readonly AsyncGenerator<RunSummary, undefined>[],
): AsyncGenerator<RunSummary> {
  const heads = await Promise.all(
    streams.map(async (stream) => ({ stream, run: (await stream.next()).value })),
  )
  for (;;) {
    const waiting = heads.flatMap((head) => (head.run === undefined ? [] : [{ head, run: head.run }]))
    const [first] = waiting.toSorted((left, right) => order(left.run, right.run))
    if (first === undefined) return
    yield first.run
    first.head.run = (await first.head.stream.next()).value
  }
}

/** The most records that one query of the index returns. */
const maxPage = 100

/**
 * Returns one page of the matching runs of some domains, newest first. Makes one query for each domain and status, and
 * reads from each only as many records as the page needs: about 0.1 read units a record, and nothing of the table.
 * @param after where the page before ended
 * @throws PortUnavailable when the table does not answer
 */
export const listRuns = async (
  list: RunList,
  domainIds: readonly string[],
  filter: RunFilter,
  { limit, after }: { readonly limit: number; readonly after?: ListPosition },
): Promise<RunListPage> => {
  const { sinceMs, statuses = runStatuses } = filter
  const query = {
    pageSize: Math.min(maxPage, limit + 1),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    ...(after === undefined ? {} : { beforeMs: after.updatedAtMs + 1 }),
  }
  const streams = domainIds.flatMap((domainId) =>
    statuses.map((status) => inOrder(list.newestFirst({ domainId, status, ...query }))),
  )
  const runs: RunSummary[] = []
  for await (const run of merged(streams)) {
    if (!matches(run, filter) || (after !== undefined && !isAfter(run, after))) continue
    const last = runs.at(-1)
    if (runs.length === limit && last !== undefined)
      return { runs, next: { updatedAtMs: last.updatedAtMs, id: idOf(last) } }
    runs.push(run)
  }
  return { runs }
}
