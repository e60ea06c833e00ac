import { ServiceError } from '../model/service-error.ts'
import { type Asset, isInTransfer } from '../world/domains.ts'
import type { World } from '../world/world.ts'

/** Throws ConflictException while an asset is transferred to another project. */
export const requireUnchangedOwner = (world: World, asset: Asset): void => {
  if (isInTransfer(asset, world.nowMs()))
    throw new ServiceError(
      'ConflictException',
      `Asset ${asset.id} is being transferred to project ${asset.transfer?.targetProjectId}`,
    )
}
