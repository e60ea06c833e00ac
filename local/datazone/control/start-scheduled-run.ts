import { z } from 'zod'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { ServiceError } from '../model/service-error.ts'
import { addDataSourceRun } from '../operations/start-data-source-run.ts'
import type { DataSourceRun } from '../world/data-source-run.ts'
import { otherUser, type World } from '../world/world.ts'
import { findDataSource } from './find-target.ts'

/** Which data source is to be run, as SCHEDULED unless it is someone in the portal who asks. */
export const scheduledRunSchema = strictObject({
  domainId: z.string(),
  dataSourceId: z.string(),
  type: z.enum(['SCHEDULED', 'PRIORITIZED']).default('SCHEDULED'),
})
/** Which data source is to be run. */
export type ScheduledRunInput = z.input<typeof scheduledRunSchema>

/**
 * Starts a run of a data source by someone else than the caller. It is outside the rate of Starts, but has to
 * keep to one at a time and to the runs of a day (assumption). Throws ControlError when it cannot be.
 */
export const startScheduledRun = (world: World, given: unknown): DataSourceRun => {
  const { domainId, dataSourceId, type } = parseInput('the scheduled run', scheduledRunSchema, given)
  const source = findDataSource(world.domains, domainId, dataSourceId)
  try {
    return addDataSourceRun(world, domainId, source, { type, createdBy: otherUser })
  } catch (error) {
    if (error instanceof ServiceError)
      throw new ControlError(`${error.name}: ${error.message}`, { cause: error })
    throw error
  }
}
