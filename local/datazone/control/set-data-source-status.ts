import { z } from 'zod'
import { dataSourceStatus } from '../input/catalogue.ts'
import { parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import type { World } from '../world/world.ts'
import { findDataSource } from './find-target.ts'

/** A data source, and its status from now on. */
export const dataSourceStatusSchema = strictObject({
  domainId: z.string(),
  dataSourceId: z.string(),
  status: dataSourceStatus,
})
export type DataSourceStatusInput = z.input<typeof dataSourceStatusSchema>

/**
 * Sets the status of a data source. Only a READY data source can be run. Throws ControlError for an unknown data
 * source.
 */
export const setDataSourceStatus = (world: World, given: unknown): { status: string } => {
  const { domainId, dataSourceId, status } = parseInput(
    'the data source status',
    dataSourceStatusSchema,
    given,
  )
  const source = findDataSource(world.domains, domainId, dataSourceId)
  source.status = status
  source.updatedAtMs = world.nowMs()
  return { status }
}
