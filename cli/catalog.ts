import { DataZoneClient } from '@aws-sdk/client-datazone'
import { dataZoneAssetSearch } from '../lib/adapters/datazone/asset-search.ts'
import { dataZoneGateway } from '../lib/adapters/datazone/gateway.ts'
import type { Asset } from '../lib/ports/datazone.ts'
import type { AssetRef } from '../lib/run/run.ts'
import { clientSettings } from './connect.ts'
import { CommandFailed, exitCodeOf } from './exit-codes.ts'
import type { StackLocation, StackOptions } from './stack-location.ts'

/** Creates a DataZone client with the caller's own credentials. */
export const dataZoneClient = (location: StackLocation, options: StackOptions): DataZoneClient =>
  new DataZoneClient(clientSettings(location, 'datazone', options))

/** Returns the ports that read DataZone's catalog with the caller's own credentials. */
export const catalogPorts = (location: StackLocation, options: StackOptions) => {
  const client = dataZoneClient(location, options)
  return { datazone: dataZoneGateway({ starts: client, reads: client }), search: dataZoneAssetSearch(client) }
}

/**
 * Reads an asset with the caller's own credentials.
 * @throws CommandFailed when DataZone refuses, with exit code 3 for an unknown asset, 4 for a missing permission
 */
export const readAsset = async (
  target: AssetRef,
  location: StackLocation,
  options: StackOptions,
): Promise<Asset> => {
  const { datazone } = catalogPorts(location, options)
  const answer = await datazone.getAsset(target.domainId, target.assetId)
  if (answer.outcome === 'answered') return answer.value
  const { kind, name, message } = answer.refusal
  throw new CommandFailed(
    exitCodeOf(kind),
    `DataZone does not show asset ${target.assetId}: ${name}: ${message}`,
  )
}
