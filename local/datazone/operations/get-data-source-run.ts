import { dataSourceRunRecord } from '../world/data-source-run.ts'
import { dataSourceRunOf, type World } from '../world/world.ts'

/** The input of GetDataSourceRun, which satisfies the constraints of the model. */
export type GetDataSourceRunInput = Readonly<{ domainIdentifier: string; identifier: string }>

/** Answers a data source run in its present state. */
export const getDataSourceRun = (world: World, input: GetDataSourceRunInput) =>
  dataSourceRunRecord(dataSourceRunOf(world, input.domainIdentifier, input.identifier), world.nowMs())
