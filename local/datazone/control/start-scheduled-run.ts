import { z } from 'zod'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { ServiceError } from '../model/service-error.ts'
import { addDataSourceRun } from '../operations/start-data-source-run.ts'
import type { DataSourceRun } from '../world/data-source-run.ts'
import { otherUser, type World } from '../world/world.ts'
import { findDataSource } from './find-target.ts'

/** The data source to run, and the type of its run: PRIORITIZED for a run that a user of the portal starts. */
export const scheduledRunSchema = strictObject({
  domainId: z.string(),
  dataSourceId: z.string(),
  type: z.enum(['SCHEDULED', 'PRIORITIZED']).default('SCHEDULED'),
})
export type ScheduledRunInput = z.input<typeof scheduledRunSchema>

/**
 * Starts a run of a data source as another user. The run does not count toward the rate of Starts. It counts toward the
 * daily quota of the data source and conflicts with an active run (an assumption). Throws ControlError when it is
 * refused.
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
