import { dataSourceRunSummary } from '../world/data-source-run.ts'
import { isEndedAt } from '../world/data-source-run-plan.ts'
import type { DataSource } from '../world/domains.ts'
import { dataSourceOf, type World } from '../world/world.ts'

/** The input of GetDataSource, which satisfies the constraints of the model. */
export type GetDataSourceInput = Readonly<{ domainIdentifier: string; identifier: string }>

/**
 * Returns the fields of both GetDataSource and ListDataSources. Assumption: a READY data source is RUNNING while it has
 * an active run.
 */
export const dataSourceSummary = (world: World, domainId: string, source: DataSource) => {
  const nowMs = world.nowMs()
  const last = world.sourceRuns.ofSubject(domainId, source.id).at(-1)
  const run = last === undefined ? undefined : dataSourceRunSummary(last, nowMs)
  const isRunning = last !== undefined && !isEndedAt(last.plan, nowMs)
  const { added = 0, updated = 0 } = run?.runStatisticsForAssets ?? {}
  return {
    name: source.name,
    description: source.description,
    type: source.type,
    status: source.status === 'READY' && isRunning ? 'RUNNING' : source.status,
    enableSetting: 'ENABLED',
    lastRunStatus: run?.status,
    lastRunAt: run?.createdAt,
    lastRunErrorMessage: run?.errorMessage,
    lastRunAssetCount: run?.runStatisticsForAssets === undefined ? undefined : added + updated,
    createdAt: new Date(source.createdAtMs),
    updatedAt: new Date(source.updatedAtMs),
  }
}

/** Answers a data source in its present state. Its configuration is invented; run snapshots have the catalogue's. */
export const getDataSource = (world: World, input: GetDataSourceInput) => {
  const { domainIdentifier: domainId, identifier } = input
  const source = dataSourceOf(world, domainId, identifier)
  const isBroken = source.status.startsWith('FAILED_')
  return {
    ...dataSourceSummary(world, domainId, source),
    id: source.id,
    domainId,
    projectId: source.projectId,
    configuration:
      source.type === 'GLUE'
        ? { glueRunConfiguration: { relationalFilterConfigurations: [{ databaseName: source.id }] } }
        : {
            redshiftRunConfiguration: {
              relationalFilterConfigurations: [{ databaseName: 'dev', schemaName: source.id }],
              redshiftStorage: { redshiftServerlessSource: { workgroupName: 'default' } },
            },
          },
    recommendation: { enableBusinessNameGeneration: false },
    publishOnImport: false,
    errorMessage: isBroken
      ? { errorType: 'INTERNAL_SERVER_EXCEPTION', errorDetail: `The data source is ${source.status}.` }
      : undefined,
  }
}
