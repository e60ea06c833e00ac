import { domainOf, type World } from '../world/world.ts'
import { dataSourceSummary } from './get-data-source.ts'
import { itemPageOf } from './item-page.ts'

/** The input of ListDataSources, which satisfies the constraints of the model. */
export type ListDataSourcesInput = Readonly<{
  domainIdentifier: string
  projectIdentifier: string
  environmentIdentifier?: string
  connectionIdentifier?: string
  type?: string
  status?: string
  name?: string
  nextToken?: string
  maxResults?: number
}>

/**
 * Answers the data sources of a project. Assumptions: they come in the order of the catalogue, and `name` has to be the
 * whole name. Simulated data sources have no environment and no connection, so those filters find none.
 */
export const listDataSources = (world: World, input: ListDataSourcesInput) => {
  const { domainIdentifier: domainId, projectIdentifier, type, status, name } = input
  const { environmentIdentifier, connectionIdentifier, nextToken, maxResults } = input
  const findsNone = environmentIdentifier !== undefined || connectionIdentifier !== undefined
  const found = [...domainOf(world, domainId).dataSources.values()]
    .filter((source) => !findsNone && source.projectId === projectIdentifier)
    .map((source) => ({
      ...dataSourceSummary(world, domainId, source),
      domainId,
      dataSourceId: source.id,
    }))
    .filter(
      (source) =>
        (type === undefined || source.type === type) &&
        (status === undefined || source.status === status) &&
        (name === undefined || source.name === name),
    )
  const filters = [type, status, name, environmentIdentifier, connectionIdentifier]
  return itemPageOf(world, {
    key: ['data sources', domainId, projectIdentifier, filters.map((filter) => filter ?? null)],
    items: found,
    nextToken,
    maxResults,
  })
}
