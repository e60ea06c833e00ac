import { ServiceError } from '../model/service-error.ts'
import { runOf, type World } from '../world/world.ts'
import { runRecord, shownTypeStatsAt } from './run-record.ts'

/** The input of GetMetadataGenerationRun, which satisfies the constraints of the model. */
export type GetRunInput = Readonly<{ domainIdentifier: string; identifier: string; type?: string }>

/**
 * Answers a run in its present state. Assumption: typeStats appear once the run is no longer SUBMITTED. What `type`
 * does is not documented; here, a run without that type is not found.
 */
export const getMetadataGenerationRun = (world: World, input: GetRunInput) => {
  const run = runOf(world, input.domainIdentifier, input.identifier)
  if (input.type !== undefined && !run.types.includes(input.type))
    throw new ServiceError('ResourceNotFoundException', `Run ${run.id} has no type ${input.type}`)
  const nowMs = world.nowMs()
  return { ...runRecord(world, run, nowMs), typeStats: shownTypeStatsAt(world, run, nowMs) }
}
