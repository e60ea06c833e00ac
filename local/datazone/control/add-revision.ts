import { newRevisionSchema } from '../input/catalogue.ts'
import { ControlError, parseInput } from '../input/parse-input.ts'
import type { Asset, Domains, Revision } from '../world/domains.ts'
import { findAsset } from './find-target.ts'

const nextRevision = (asset: Asset): string =>
  String(1 + Math.max(0, ...[...asset.revisions.keys()].map(Number).filter(Number.isSafeInteger)))

/** Adds a revision, from then on the latest. Throws ControlError for an unknown asset or a revision it has already. */
export const addRevision = (shelves: Domains, given: unknown, nowMs: number): Revision => {
  const input = parseInput('the revision', newRevisionSchema, given)
  const asset = findAsset(shelves, input.domainId, input.assetId)
  const revision = input.revision ?? nextRevision(asset)
  if (asset.revisions.has(revision))
    throw new ControlError(`revision: '${input.assetId}' already has '${revision}': give another, or none`)
  const { name = asset.latest.name, columns = asset.latest.columns } = input
  asset.latest = { revision, name, columns, createdAtMs: nowMs }
  asset.revisions.set(revision, asset.latest)
  return asset.latest
}
