import type { MetadataRun } from '../world/metadata-run.ts'
import { domainOf, type World } from '../world/world.ts'
import { pageOf } from './page.ts'
import { runRecord, shownStatusAt } from './run-record.ts'

/** The input of ListMetadataGenerationRuns, which satisfies the constraints of the model. */
export type ListInput = Readonly<{
  domainIdentifier: string
  status?: string
  type?: string
  targetIdentifier?: string
  nextToken?: string
  maxResults?: number
}>

const isShown = (world: World, run: MetadataRun, input: ListInput, viewMs: number): boolean =>
  run.createdAtMs <= viewMs &&
  (input.status === undefined || shownStatusAt(world, run.plan, viewMs) === input.status) &&
  (input.type === undefined || run.types.includes(input.type))

/**
 * Answers the runs of a domain as they were `listLagMs` ago, without typeStats. The order is undocumented
 * (`listOrder`).
 */
export const listMetadataGenerationRuns = (world: World, input: ListInput) => {
  const { domainIdentifier, status, type, targetIdentifier, nextToken, maxResults } = input
  domainOf(world, domainIdentifier)
  const viewMs = world.nowMs() - world.settings.listLagMs
  const page = pageOf(world, {
    key: [domainIdentifier, status ?? null, type ?? null, targetIdentifier ?? null],
    runs: (order) =>
      targetIdentifier === undefined
        ? world.runs.ofDomain(domainIdentifier, order)
        : world.runs.ofSubject(domainIdentifier, targetIdentifier, order),
    isShown: (run) => isShown(world, run, input, viewMs),
    nextToken,
    maxResults,
  })
  return {
    items: page.runs.map((run) => runRecord(world, run, viewMs)),
    nextToken: page.nextToken,
  }
}
