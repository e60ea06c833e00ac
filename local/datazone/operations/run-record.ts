import type { MetadataRun } from '../world/metadata-run.ts'
import { type MetadataRunPlan, statusAt, type TypeEnding, typeStatsAt } from '../world/metadata-run-plan.ts'
import { isHit } from '../world/random.ts'
import type { World } from '../world/world.ts'

/** A type that no published model has. */
const unknownType = 'BUSINESS_METRICS'

const showsUnknownType = (world: World, run: MetadataRun): boolean =>
  isHit(world.settings.unknownTypeShare, world.seed, 'unknown type', run.id)

/** Returns the types that answers show of a run. */
export const shownTypes = (world: World, run: MetadataRun): readonly string[] =>
  showsUnknownType(world, run) ? [...run.types, unknownType] : run.types

/** Returns the typeStats that answers show of a run; undefined while it is SUBMITTED. */
export const shownTypeStatsAt = (
  world: World,
  run: MetadataRun,
  atMs: number,
): readonly TypeEnding[] | undefined => {
  const stats = typeStatsAt(run.plan, atMs)
  if (stats === undefined || !showsUnknownType(world, run)) return stats
  return [...stats, { type: unknownType, status: statusAt(run.plan, atMs) }]
}

/** Returns the status of a run in the API's generation: the older API answers FAILED for a partial success (assumed). */
export const shownStatusAt = (world: World, plan: MetadataRunPlan, atMs: number): string => {
  const status = statusAt(plan, atMs)
  const isUnknownToApi = world.settings.apiGeneration !== 'current' && status === 'PARTIALLY_SUCCEEDED'
  return isUnknownToApi ? 'FAILED' : status
}

/**
 * Returns a run as Get and List show it at a time (epoch milliseconds), without typeStats. Assumption: the deprecated
 * `type` is the first of `types`.
 */
export const runRecord = (world: World, run: MetadataRun, atMs: number) => ({
  domainId: run.domainId,
  id: run.id,
  target: { type: 'ASSET', identifier: run.assetId, revision: run.revision },
  status: shownStatusAt(world, run.plan, atMs),
  type: run.types[0],
  types: shownTypes(world, run),
  createdAt: new Date(run.createdAtMs),
  createdBy: run.createdBy,
  owningProjectId: run.projectId,
})
