import { dataSourceRunSummary } from '../world/data-source-run.ts'
import { sourceStatusAt } from '../world/data-source-run-plan.ts'
import { dataSourceOf, type World } from '../world/world.ts'
import { pageOf } from './page.ts'

/** The input of ListDataSourceRuns, which satisfies the constraints of the model. */
export type ListDataSourceRunsInput = Readonly<{
  domainIdentifier: string
  dataSourceIdentifier: string
  status?: string
  nextToken?: string
  maxResults?: number
}>

/**
 * Answers the runs of a data source as they were `listLagMs` ago, without their domain and snapshot. Assumption: order,
 * lag and shifting are those of ListMetadataGenerationRuns.
 */
export const listDataSourceRuns = (world: World, input: ListDataSourceRunsInput) => {
  const { domainIdentifier, dataSourceIdentifier, status, nextToken, maxResults } = input
  const source = dataSourceOf(world, domainIdentifier, dataSourceIdentifier)
  const viewMs = world.nowMs() - world.settings.listLagMs
  const page = pageOf(world, {
    key: ['data source', domainIdentifier, source.id, status ?? null],
    runs: (order) => world.sourceRuns.ofSubject(domainIdentifier, source.id, order),
    isShown: (run) =>
      run.createdAtMs <= viewMs && (status === undefined || sourceStatusAt(run.plan, viewMs) === status),
    nextToken,
    maxResults,
  })
  return {
    items: page.runs.map((run) => dataSourceRunSummary(run, viewMs)),
    nextToken: page.nextToken,
  }
}
