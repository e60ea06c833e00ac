import type { AssetCancelRequest } from '../../lib/contracts/cancel-request.ts'
import type { MetadataRunRequest } from '../../lib/contracts/run-request.ts'
import type { Catalogue } from '../../local/datazone/catalogue.ts'
import type { ServiceEvent } from '../../local/servers/eventbridge.ts'

export const domainId = 'dzd_test0001'
export const projectId = 'project-one'

/** An asset to load; one without columns cannot be run. */
export interface TestAsset {
  readonly id: string
  readonly columns?: readonly { readonly name: string; readonly dataType: string }[]
}

const columns = [
  { name: 'order_id', dataType: 'bigint' },
  { name: 'cust_nm', dataType: 'string' },
]

/** Glue tables of one project of one domain. */
export const catalogueOf = (assets: readonly TestAsset[]): Catalogue => ({
  domains: [
    {
      id: domainId,
      projects: [{ id: projectId, name: 'One' }],
      assets: assets.map((asset) => ({
        id: asset.id,
        projectId,
        name: asset.id,
        typeIdentifier: 'amazon.datazone.GlueTableAssetType',
        columns: [...(asset.columns ?? columns)],
      })),
    },
  ],
})

/** What upstream puts on the queue about an asset. */
export const runRequest = (assetId: string, over: Partial<MetadataRunRequest> = {}): MetadataRunRequest => ({
  version: 1,
  requestId: `ask-${assetId}`,
  kind: 'METADATA_GENERATION',
  domainId,
  projectId,
  asset: { id: assetId },
  ...over,
})

/** Cancels all of an asset that was asked for until now. */
export const cancelRequest = (assetId: string): AssetCancelRequest => ({
  version: 1,
  requestId: `stop-${assetId}`,
  kind: 'CANCEL',
  domainId,
  asset: { id: assetId },
  requestedAt: new Date().toISOString(),
})

/** What DataZone puts on the default bus when an asset is published. */
export const publishedEvent = (
  assetId: string,
  id = `published-${assetId}`,
): ServiceEvent & { id: string } => ({
  id,
  source: 'aws.datazone',
  'detail-type': 'Asset Added To Catalog',
  detail: { metadata: { domain: domainId, owningProjectId: projectId }, data: { assetId } },
})
