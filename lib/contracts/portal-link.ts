import type { AssetRef } from '../run/run.ts'

/**
 * Domains of SageMaker Unified Studio have ids that begin with `dzd-`, and a host of their own. AWS documents the hosts
 * and the path of a project; the rest of the path is an assumption.
 */
const hostOf = (domainId: string, region: string): string =>
  `${domainId}.${domainId.startsWith('dzd-') ? 'sagemaker' : 'datazone'}.${region}.on.aws`

/** Returns the address of an asset's page in the data portal. */
export const portalLink = ({ domainId, assetId }: AssetRef, projectId: string, region: string): string =>
  `https://${hostOf(domainId, region)}/projects/${projectId}/catalog/assets/${assetId}`

/** A portal address names the domain in its host and the asset in its path. */
const portalAsset =
  /^https:\/\/(dzd[-_][a-zA-Z0-9_-]{1,36})\.[^/]+\/.*\/assets?\/([a-zA-Z0-9_-]{1,36})(?:[/?#]|$)/

/** Returns the asset that an address in the data portal shows, or undefined for any other text. */
export const assetOfPortal = (address: string): AssetRef | undefined => {
  const [, domainId, assetId] = portalAsset.exec(address) ?? []
  return domainId === undefined || assetId === undefined ? undefined : { domainId, assetId }
}
