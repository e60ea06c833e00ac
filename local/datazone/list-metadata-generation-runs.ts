import { readPageToken, writePageToken } from './page-token.ts'
import { statusAt } from './plan.ts'
import { countBelow, type Run } from './run-book.ts'
import { runRecord } from './run-record.ts'
import { domainOf, type World } from './world.ts'

/** What ListMetadataGenerationRuns takes, once the model's constraints hold. */
export type ListInput = Readonly<{
  domainIdentifier: string
  status?: string
  type?: string
  targetIdentifier?: string
  nextToken?: string
  maxResults?: number
}>

/** What it answers. */
export type ListOutput = ReturnType<typeof listMetadataGenerationRuns>

/** Assumption: the documentation names no default; 50 is the documented most. */
const defaultMaxResults = 50

const isShown = (run: Run, input: ListInput, viewMs: number): boolean =>
  run.createdAtMs <= viewMs &&
  (input.status === undefined || statusAt(run.plan, viewMs) === input.status) &&
  (input.type === undefined || run.types.includes(input.type))

/**
 * The runs of a domain as they were `listLagMs` ago, without typeStats. The order is undocumented (`listOrder`);
 * paging keeps to it: a run that comes or changes meanwhile moves no other run to another page.
 */
export const listMetadataGenerationRuns = (world: World, input: ListInput) => {
  const { domainIdentifier, status, type, targetIdentifier, nextToken } = input
  domainOf(world, domainIdentifier)
  const query = [domainIdentifier, status ?? null, type ?? null, targetIdentifier ?? null]
  const runs =
    targetIdentifier === undefined
      ? world.book.ofDomain(domainIdentifier)
      : world.book.ofAsset(domainIdentifier, targetIdentifier)
  const viewMs = world.nowMs() - world.settings.listLagMs
  const most = input.maxResults ?? defaultMaxResults
  const page: Run[] = []
  let at =
    nextToken === undefined ? runs.length : countBelow(runs, readPageToken(world.seed, query, nextToken))
  while (page.length <= most && at > 0) {
    at -= 1
    const run = runs[at]
    if (run !== undefined && isShown(run, input, viewMs)) page.push(run)
  }
  const last = page.length > most ? page[most - 1] : undefined
  return {
    items: page.slice(0, most).map((run) => runRecord(run, viewMs)),
    nextToken: last && writePageToken(world.seed, query, last.rank),
  }
}
