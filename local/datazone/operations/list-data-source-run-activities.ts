import { isEndedAt } from '../world/data-source-run-plan.ts'
import { dataSourceRunOf, domainOf, type World } from '../world/world.ts'
import { itemPageOf } from './item-page.ts'

/** The input of ListDataSourceRunActivities, which satisfies the constraints of the model. */
export type ListDataSourceRunActivitiesInput = Readonly<{
  domainIdentifier: string
  identifier: string
  status?: string
  nextToken?: string
  maxResults?: number
}>

const tableErrors = {
  errorType: 'VALIDATION_EXCEPTION',
  errorDetail: 'The schema of the table cannot be read.',
} as const

/**
 * Answers what a data source run did with each table, in the numbers of its statistics. Assumptions: there are no
 * activities before the run has ended, and its tables are the assets of its project, then invented tables.
 */
export const listDataSourceRunActivities = (world: World, input: ListDataSourceRunActivitiesInput) => {
  const { domainIdentifier: domainId, identifier, status, nextToken, maxResults } = input
  const run = dataSourceRunOf(world, domainId, identifier)
  const { statistics, endsAtMs } = run.plan
  const statuses = [
    ...Array.from({ length: statistics.added }, () => 'SUCCEEDED_CREATED'),
    ...Array.from({ length: statistics.updated }, () => 'SUCCEEDED_UPDATED'),
    ...Array.from({ length: statistics.unchanged }, () => 'UNCHANGED'),
    ...Array.from({ length: statistics.skipped }, () => 'SKIPPED_ALREADY_IMPORTED'),
    ...Array.from({ length: statistics.failed }, () => 'FAILED'),
  ]
  const assets = [...domainOf(world, domainId).assets.values()].filter(
    ({ projectId }) => projectId === run.projectId,
  )
  const activities = isEndedAt(run.plan, world.nowMs())
    ? statuses.map((dataAssetStatus, index) => ({
        database: run.dataSourceId,
        dataSourceRunId: run.id,
        technicalName: assets[index]?.latest.name ?? `table_${index + 1}`,
        dataAssetId: dataAssetStatus === 'FAILED' ? undefined : assets[index]?.id,
        dataAssetStatus,
        projectId: run.projectId,
        errorMessage: dataAssetStatus === 'FAILED' ? tableErrors : undefined,
        createdAt: new Date(endsAtMs),
        updatedAt: new Date(endsAtMs),
      }))
    : []
  return itemPageOf(world, {
    key: ['activities', domainId, run.id, status ?? null],
    items: activities.filter((activity) => status === undefined || activity.dataAssetStatus === status),
    nextToken,
    maxResults,
  })
}
