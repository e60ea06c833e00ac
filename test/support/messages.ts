import type { AssetEvent } from '../../lib/contracts/datazone-event.ts'
import type { MetadataRunRequest } from '../../lib/contracts/run-request.ts'

export const runRequest = (over: Partial<MetadataRunRequest> = {}): MetadataRunRequest => ({
  version: 1,
  requestId: 'nightly-1',
  kind: 'METADATA_GENERATION',
  domainId: 'dzd_orders',
  projectId: 'project-1',
  asset: { id: 'asset-1', revision: '4' },
  types: ['BUSINESS_DESCRIPTIONS'],
  ...over,
})

export const assetEvent = (over: Partial<AssetEvent> = {}): AssetEvent => ({
  version: '0',
  id: '7a1d3e52-9a8f-4d0c-8a53-2c6a0f4be1d9',
  'detail-type': 'Asset Added To Catalog',
  source: 'aws.datazone',
  time: '2026-11-20T02:13:50Z',
  detail: {
    metadata: { domain: 'dzd_orders', owningProjectId: 'project-1' },
    data: { assetId: 'asset-1' },
  },
  ...over,
})
