import { domainOf, type World } from '../world/world.ts'
import { dataSourceSummary } from './get-data-source.ts'
import { itemPageOf } from './item-page.ts'

/** What ListDataSources takes, once the model's constraints hold. */
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
 * The data sources of a project, in the order of the catalogue (assumption). `name` has to be the whole name; the
 * sources of the simulator have no environment and no connection, so those filters find none.
 */
export const listDataSources = (world: World, input: ListDataSourcesInput) => {
  const { domainIdentifier: domainId, projectIdentifier, type, status, name } = input
  const { environmentIdentifier, connectionIdentifier, nextToken, maxResults } = input
  const isNone = environmentIdentifier !== undefined || connectionIdentifier !== undefined
  const found = [...domainOf(world, domainId).dataSources.values()]
    .filter((source) => !isNone && source.projectId === projectIdentifier)
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
