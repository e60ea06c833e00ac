import type { AssetCancelRequest } from '../../lib/contracts/cancel-request.ts'
import type { DataSourceRunRequest, MetadataRunRequest } from '../../lib/contracts/run-request.ts'
import type { Catalogue } from '../../local/datazone/input/catalogue.ts'
import type { ServiceEvent } from '../../local/eventbridge/service-event.ts'

export const domainId = 'dzd_test0001'
export const projectId = 'project-one'

/**
 * An asset to load into the simulator. Default project: `projectId`. DataZone refuses to run an asset with empty
 * `columns`.
 */
export interface TestAsset {
  readonly id: string
  readonly projectId?: string
  readonly columns?: readonly { readonly name: string; readonly dataType: string }[]
}

const columns = [
  { name: 'order_id', dataType: 'bigint' },
  { name: 'cust_nm', dataType: 'string' },
]

/** Returns a catalogue of one domain with these assets, as Glue tables, and data sources. */
export const catalogueOf = (
  assets: readonly TestAsset[],
  dataSources: readonly string[] = [],
): Catalogue => ({
  domains: [
    {
      id: domainId,
      projects: [...new Set([projectId, ...assets.map((asset) => asset.projectId ?? projectId)])].map(
        (id) => ({
          id,
          name: id,
        }),
      ),
      assets: assets.map((asset) => ({
        id: asset.id,
        projectId: asset.projectId ?? projectId,
        name: asset.id,
        typeIdentifier: 'amazon.datazone.GlueTableAssetType',
        columns: [...(asset.columns ?? columns)],
      })),
      dataSources: dataSources.map((id) => ({ id, projectId, name: id })),
    },
  ],
})

/** Returns a request for a run of an asset, as an upstream pipeline sends it. */
export const runRequest = (assetId: string, over: Partial<MetadataRunRequest> = {}): MetadataRunRequest => ({
  version: 1,
  requestId: `ask-${assetId}`,
  kind: 'METADATA_GENERATION',
  domainId,
  projectId,
  asset: { id: assetId },
  ...over,
})

/** Returns a request to cancel everything that was requested for an asset until now. */
export const cancelRequest = (assetId: string): AssetCancelRequest => ({
  version: 1,
  requestId: `stop-${assetId}`,
  kind: 'CANCEL',
  domainId,
  asset: { id: assetId },
  requestedAt: new Date().toISOString(),
})

/** Returns a request for a run of a data source. */
export const sourceRequest = (dataSourceId: string, triggerKey: string): DataSourceRunRequest => ({
  version: 1,
  requestId: `ask-${dataSourceId}-${triggerKey}`,
  kind: 'DATA_SOURCE',
  domainId,
  projectId,
  dataSource: { id: dataSourceId },
  triggerKey,
})

/** Returns the event that DataZone puts on the default bus when an asset is published. */
export const publishedEvent = (
  assetId: string,
  id = `published-${assetId}`,
  owningProjectId = projectId,
): ServiceEvent & { id: string } => ({
  id,
  source: 'aws.datazone',
  'detail-type': 'Asset Added To Catalog',
  detail: { metadata: { domain: domainId, owningProjectId }, data: { assetId } },
})
