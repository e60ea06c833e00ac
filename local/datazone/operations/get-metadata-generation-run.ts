import { ServiceError } from '../model/service-error.ts'
import { runOf, type World } from '../world/world.ts'
import { runRecord, shownTypeStatsAt } from './run-record.ts'

/** What GetMetadataGenerationRun takes, once the model's constraints hold. */
export type GetRunInput = Readonly<{ domainIdentifier: string; identifier: string; type?: string }>

/**
 * A run as it is now, with the state of each of its types once it has started (assumption: not before). What `type`
 * does is not documented: here, a run without that type is not found.
 */
export const getMetadataGenerationRun = (world: World, input: GetRunInput) => {
  const run = runOf(world, input.domainIdentifier, input.identifier)
  if (input.type !== undefined && !run.types.includes(input.type))
    throw new ServiceError('ResourceNotFoundException', `Run ${run.id} has no type ${input.type}`)
  const nowMs = world.nowMs()
  return { ...runRecord(world, run, nowMs), typeStats: shownTypeStatsAt(world, run, nowMs) }
}
