import { z } from 'zod'
import { ControlError, checked } from '../input/parse-input.ts'
import { onlyFields } from '../input/strict-object.ts'
import { ServiceError } from '../model/service-error.ts'
import { addDataSourceRun } from '../operations/start-data-source-run.ts'
import type { DataSourceRun } from '../world/data-source-run.ts'
import { someoneElse, type World } from '../world/world.ts'
import { knownDataSource } from './find-target.ts'

/** Which data source is to be run, as SCHEDULED unless it is someone in the portal who asks. */
export const forScheduleSchema = onlyFields({
  domainId: z.string(),
  dataSourceId: z.string(),
  type: z.enum(['SCHEDULED', 'PRIORITIZED']).default('SCHEDULED'),
})
/** Which data source is to be run. */
export type ForSchedule = z.input<typeof forScheduleSchema>

/**
 * Starts a run of a data source by someone else than the caller. It is outside the rate of Starts, but has to
 * keep to one at a time and to the runs of a day (assumption). Throws ControlError when it cannot be.
 */
export const startScheduledRun = (world: World, given: unknown): DataSourceRun => {
  const { domainId, dataSourceId, type } = checked('the scheduled run', forScheduleSchema, given)
  const source = knownDataSource(world.shelves, domainId, dataSourceId)
  try {
    return addDataSourceRun(world, domainId, source, { type, createdBy: someoneElse })
  } catch (error) {
    if (error instanceof ServiceError)
      throw new ControlError(`${error.name}: ${error.message}`, { cause: error })
    throw error
  }
}
