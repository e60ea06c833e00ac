import { assetOf, defaultUser, type World } from '../world/world.ts'
import { itemPageOf } from './item-page.ts'

/** The input of ListAssetRevisions, which satisfies the constraints of the model. */
export type ListAssetRevisionsInput = Readonly<{
  domainIdentifier: string
  identifier: string
  nextToken?: string
  maxResults?: number
}>

/** Answers the revisions of an asset. Assumption: newest first. */
export const listAssetRevisions = (world: World, input: ListAssetRevisionsInput) => {
  const { domainIdentifier, identifier, nextToken, maxResults } = input
  const asset = assetOf(world, domainIdentifier, identifier)
  const page = itemPageOf(world, {
    key: ['revisions', domainIdentifier, identifier],
    items: [...asset.revisions.values()].reverse(),
    nextToken,
    maxResults,
  })
  return {
    items: page.items.map(({ revision, createdAtMs }) => ({
      domainId: domainIdentifier,
      id: asset.id,
      revision,
      createdBy: defaultUser,
      createdAt: new Date(createdAtMs),
    })),
    nextToken: page.nextToken,
  }
}
