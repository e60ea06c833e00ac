import type { AssetEvent } from '../../lib/contracts/asset-event.ts'
import type { AssetCancelRequest, SourceCancelRequest } from '../../lib/contracts/cancel-request.ts'
import type { DataSourceRunRequest, MetadataRunRequest } from '../../lib/contracts/run-request.ts'
import type { GenerationType } from '../../lib/run/run.ts'

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

export const sourceRunRequest = (over: Partial<DataSourceRunRequest> = {}): DataSourceRunRequest => ({
  version: 1,
  requestId: 'nightly-1',
  kind: 'DATA_SOURCE',
  domainId: 'dzd_orders',
  projectId: 'project-1',
  dataSource: { id: 'source-1' },
  triggerKey: 'load-1',
  ...over,
})

const cancel = {
  version: 1,
  requestId: 'stop-1',
  kind: 'CANCEL',
  domainId: 'dzd_orders',
  requestedAt: '2026-11-20T02:14:00Z',
} as const

/** Returns a request to cancel everything that was requested for asset-1 until t0. */
export const cancelRequest = (over: Partial<AssetCancelRequest> = {}): AssetCancelRequest => ({
  ...cancel,
  asset: { id: 'asset-1' },
  ...over,
})

export const sourceCancelRequest = (over: Partial<SourceCancelRequest> = {}): SourceCancelRequest => ({
  ...cancel,
  dataSource: { id: 'source-1' },
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

/** More types than one run may have, so that a request with them makes two runs. */
export const threeTypes: GenerationType[] = [
  'BUSINESS_DESCRIPTIONS',
  'BUSINESS_NAMES',
  'BUSINESS_GLOSSARY_ASSOCIATIONS',
]
