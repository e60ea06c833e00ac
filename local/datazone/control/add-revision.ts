import { newRevisionSchema } from '../input/catalogue.ts'
import { ControlError, parseInput } from '../input/parse-input.ts'
import { appendRevision, type Domains, type Revision } from '../world/domains.ts'
import { findAsset } from './find-target.ts'

/**
 * Adds a revision, which becomes the latest. Throws ControlError for an unknown asset, or a revision that the asset
 * has.
 */
export const addRevision = (domains: Domains, given: unknown, nowMs: number): Revision => {
  const { domainId, assetId, ...changes } = parseInput('the revision', newRevisionSchema, given)
  const asset = findAsset(domains, domainId, assetId)
  if (changes.revision !== undefined && asset.revisions.has(changes.revision))
    throw new ControlError(
      `revision: '${assetId}' already has revision '${changes.revision}': give another, or leave it out`,
    )
  return appendRevision(asset, changes, nowMs)
}
