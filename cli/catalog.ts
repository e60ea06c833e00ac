import { DataZoneClient } from '@aws-sdk/client-datazone'
import { dataZoneGateway } from '../lib/adapters/datazone/gateway.ts'
import type { Asset } from '../lib/ports/datazone.ts'
import type { AssetRef } from '../lib/run/run.ts'
import { clientSettings } from './connect.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import type { StackLocation, StackOptions } from './stack-location.ts'

/**
 * Reads an asset with the caller's own credentials.
 * @throws CommandFailed when DataZone refuses: 3 for an asset it does not know, 4 for a missing permission
 */
export const readAsset = async (
  target: AssetRef,
  location: StackLocation,
  options: StackOptions,
): Promise<Asset> => {
  const client = new DataZoneClient(clientSettings(location, 'datazone', options))
  const answer = await dataZoneGateway({ starts: client, reads: client }).getAsset(
    target.domainId,
    target.assetId,
  )
  if (answer.outcome === 'answered') return answer.value
  const { kind, name, message } = answer.refusal
  const code =
    kind === 'NOT_FOUND' ? exitCodes.notFound : kind === 'DENIED' ? exitCodes.refused : exitCodes.service
  throw new CommandFailed(code, `DataZone does not show asset ${target.assetId}: ${name}: ${message}`)
}

/** Returns the project that owns an asset; `--project` spares the call. */
export const projectOf = async (
  target: AssetRef,
  location: StackLocation,
  options: StackOptions,
): Promise<string> => (await readAsset(target, location, options)).owningProjectId
