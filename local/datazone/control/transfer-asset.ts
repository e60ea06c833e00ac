import { z } from 'zod'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { isInTransfer, type OwnershipTransfer } from '../world/domains.ts'
import { ownerOf, type World } from '../world/world.ts'
import { findAsset, findProject } from './find-target.ts'

/** The asset to transfer, its new project, and how long the transfer takes. */
export const transferSchema = strictObject({
  domainId: z.string(),
  assetId: z.string(),
  targetProjectId: z.string(),
  durationMs: z.number().min(0).default(60_000),
  outcome: z.enum(['SUCCEEDED', 'FAILED']).default('SUCCEEDED'),
})
export type TransferInput = z.input<typeof transferSchema>

/**
 * Begins to transfer an asset to another project of its domain. Throws ControlError for an unknown asset or project, and
 * for an asset that is in transfer or belongs to the project already.
 */
export const transferAsset = (world: World, given: unknown): OwnershipTransfer => {
  const input = parseInput('the ownership transfer', transferSchema, given)
  const { domainId, assetId, targetProjectId, durationMs, outcome } = input
  const asset = findAsset(world.domains, domainId, assetId)
  findProject(world.domains, domainId, targetProjectId)
  const nowMs = world.nowMs()
  const sourceProjectId = ownerOf(world, asset)
  if (isInTransfer(asset, nowMs))
    throw new ControlError(`assetId: '${assetId}' is in transfer already: wait until the transfer has ended`)
  if (sourceProjectId === targetProjectId)
    throw new ControlError(
      `targetProjectId: '${targetProjectId}' owns '${assetId}' already: give another project`,
    )
  asset.projectId = sourceProjectId
  asset.transfer = {
    sourceProjectId,
    targetProjectId,
    startedAtMs: nowMs,
    endsAtMs: nowMs + durationMs,
    outcome,
  }
  return asset.transfer
}
