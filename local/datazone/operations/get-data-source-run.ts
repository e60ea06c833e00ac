import { dataSourceRunRecord } from '../world/data-source-run.ts'
import { dataSourceRunOf, type World } from '../world/world.ts'

/** What GetDataSourceRun takes, once the model's constraints hold. */
export type GetDataSourceRunInput = Readonly<{ domainIdentifier: string; identifier: string }>

/** A data source run as it is now. */
export const getDataSourceRun = (world: World, input: GetDataSourceRunInput) =>
  dataSourceRunRecord(dataSourceRunOf(world, input.domainIdentifier, input.identifier), world.nowMs())
