import { z } from 'zod'
import { parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { suggestionsFor } from '../operations/suggestions.ts'
import { acceptSuggestions as accept } from '../world/suggestion-decisions.ts'
import { otherUser, type World } from '../world/world.ts'
import { findAsset } from './find-target.ts'

/** Which asset's suggestions are accepted. */
export const acceptanceSchema = strictObject({ domainId: z.string(), assetId: z.string() })
export type AcceptanceInput = z.infer<typeof acceptanceSchema>

/**
 * Accepts every suggestion of an asset, as a user of the portal does: adds a revision (an assumption, and even without
 * any suggestion) and sends a `Metadata Generation Accepted` event. Publishing is a separate step. Throws ControlError
 * for an unknown asset.
 */
export const acceptSuggestions = (world: World, given: unknown): { revision: string } => {
  const { domainId, assetId } = parseInput('the acceptance', acceptanceSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  const from = asset.latest
  const accepted = suggestionsFor(world, domainId, asset, from)
  const { revision } = accept(world, { domainId, asset, from, accepted, userId: otherUser })
  return { revision }
}
