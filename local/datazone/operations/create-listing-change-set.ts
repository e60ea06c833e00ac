import { ServiceError } from '../model/service-error.ts'
import { changeListing } from '../world/listings.ts'
import { remembered } from '../world/token-memory.ts'
import { assetOf, notFound, revisionOf, type World } from '../world/world.ts'
import { requireUnchangedOwner } from './require-unchanged-owner.ts'

/** The input of CreateListingChangeSet, which satisfies the constraints of the model. */
export type CreateListingChangeSetInput = Readonly<{
  domainIdentifier: string
  entityIdentifier: string
  entityType: string
  entityRevision?: string | null
  action: string
  clientToken?: string | null
}>

/**
 * Publishes a revision of an asset, by default the latest, or unpublishes the asset. The simulator has no data
 * products, so they are not found. Assumptions: the listing is ACTIVE at once, and unpublishing an asset that is not
 * published is a ConflictException.
 */
export const createListingChangeSet = (world: World, input: CreateListingChangeSetInput, userId: string) => {
  const { domainIdentifier: domainId, entityIdentifier, entityType, entityRevision, action } = input
  const use = {
    domainId,
    token: input.clientToken,
    request: ['listing', entityIdentifier, entityType, entityRevision ?? null, action],
  }
  return remembered(world.changeTokens.listed, use, world, () => {
    if (entityType !== 'ASSET') throw notFound(`${entityType} ${entityIdentifier}`)
    const asset = assetOf(world, domainId, entityIdentifier)
    requireUnchangedOwner(world, asset)
    if (action === 'PUBLISH') {
      const { revision } = revisionOf(asset, entityRevision ?? undefined)
      return changeListing(world, domainId, asset, { status: 'ACTIVE', revision, userId })
    }
    if (asset.listing?.status !== 'ACTIVE')
      throw new ServiceError('ConflictException', `Asset ${asset.id} is not published`)
    const { revision } = asset.listing
    return changeListing(world, domainId, asset, { status: 'INACTIVE', revision, userId })
  })
}
