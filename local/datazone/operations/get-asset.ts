import type { Asset } from '../world/domains.ts'
import { isInTransfer } from '../world/domains.ts'
import { listingIdOf } from '../world/listings.ts'
import { assetOf, defaultUser, ownerOf, revisionOf, type World } from '../world/world.ts'
import { formsOf } from './asset-forms.ts'
import { suggestionForms } from './suggestions.ts'

/** The input of GetAsset, which satisfies the constraints of the model. */
export type GetAssetInput = Readonly<{ domainIdentifier: string; identifier: string; revision?: string }>

const ownershipTransferOf = (asset: Asset, atMs: number) => {
  const { transfer } = asset
  if (transfer === undefined) return undefined
  const { sourceProjectId, targetProjectId, startedAtMs, endsAtMs, outcome } = transfer
  const isOver = !isInTransfer(asset, atMs)
  return {
    status: isOver ? outcome : 'IN_PROGRESS',
    sourceProjectId,
    targetProjectId,
    startedAt: new Date(startedAtMs),
    updatedAt: new Date(isOver ? endsAtMs : startedAtMs),
  }
}

/**
 * Answers a revision of an asset, by default the latest. Assumptions: suggestions belong to the revision of the run that
 * made them, and a transfer is still shown after it has ended.
 */
export const getAsset = (world: World, input: GetAssetInput) => {
  const { domainIdentifier } = input
  const asset = assetOf(world, domainIdentifier, input.identifier)
  const revision = revisionOf(asset, input.revision)
  const projectId = ownerOf(world, asset)
  const { listing } = asset
  return {
    domainId: domainIdentifier,
    id: asset.id,
    name: revision.name,
    description: revision.description,
    glossaryTerms: revision.glossaryTerms?.length ? revision.glossaryTerms : undefined,
    typeIdentifier: asset.typeIdentifier,
    typeRevision: '1',
    externalIdentifier: asset.externalIdentifier,
    revision: revision.revision,
    owningProjectId: projectId,
    createdAt: new Date(revision.createdAtMs),
    createdBy: defaultUser,
    firstRevisionCreatedAt: new Date(asset.first.createdAtMs),
    firstRevisionCreatedBy: defaultUser,
    listing:
      listing === undefined
        ? undefined
        : {
            listingId: listingIdOf(world, domainIdentifier, asset.id),
            listingStatus: listing.status,
          },
    formsOutput: formsOf(asset, revision, projectId),
    readOnlyFormsOutput: suggestionForms(world, domainIdentifier, asset, revision),
    ownershipTransfer: ownershipTransferOf(asset, world.nowMs()),
  }
}
