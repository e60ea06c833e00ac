import type { MetadataRun } from '../world/metadata-run.ts'
import { type MetadataRunPlan, statusAt, type TypeEnding, typeStatsAt } from '../world/metadata-run-plan.ts'
import { isHit } from '../world/random.ts'
import type { World } from '../world/world.ts'

/** A type that is in no published model. */
const unknownType = 'BUSINESS_METRICS'

const showsUnknownType = (world: World, run: MetadataRun): boolean =>
  isHit(world.settings.unknownTypeShare, world.seed, 'unknown type', run.id)

/** The types of a run that answers show. */
export const shownTypes = (world: World, run: MetadataRun): readonly string[] =>
  showsUnknownType(world, run) ? [...run.types, unknownType] : run.types

/** The state of each type of a run that answers show; undefined before it has started. */
export const shownTypeStatsAt = (
  world: World,
  run: MetadataRun,
  atMs: number,
): readonly TypeEnding[] | undefined => {
  const stats = typeStatsAt(run.plan, atMs)
  if (stats === undefined || !showsUnknownType(world, run)) return stats
  return [...stats, { type: unknownType, status: statusAt(run.plan, atMs) }]
}

/** The status of a run in the API's generation: the older one has no partial success, and answers FAILED (assumed). */
export const shownStatusAt = (world: World, plan: MetadataRunPlan, atMs: number): string => {
  const status = statusAt(plan, atMs)
  const isNewer = world.settings.apiGeneration !== 'current' && status === 'PARTIALLY_SUCCEEDED'
  return isNewer ? 'FAILED' : status
}

/**
 * A run as Get and List show it at a moment (epoch milliseconds), without its typeStats. The deprecated `type` is
 * assumed to be the first of `types`.
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
