import { z } from 'zod'
import { parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { suggestionsFor } from '../operations/suggestions.ts'
import { acceptSuggestions as accept } from '../world/suggestion-decisions.ts'
import { otherUser, type World } from '../world/world.ts'
import { findAsset } from './find-target.ts'

/** The asset whose suggestions are accepted. */
export const acceptanceSchema = strictObject({ domainId: z.string(), assetId: z.string() })
/** The asset whose suggestions are accepted. */
export type AcceptanceInput = z.infer<typeof acceptanceSchema>

/**
 * Accepts every suggestion of an asset, as a person in the portal does: the asset has a new latest revision
 * (assumption; also when there is nothing to accept), and the event is `Metadata Generation Accepted`. Publishing
 * is a step of its own. Throws ControlError for an unknown asset.
 */
export const acceptSuggestions = (world: World, given: unknown): { revision: string } => {
  const { domainId, assetId } = parseInput('the acceptance', acceptanceSchema, given)
  const asset = findAsset(world.domains, domainId, assetId)
  const from = asset.latest
  const accepted = suggestionsFor(world, domainId, asset, from)
  const { revision } = accept(world, { domainId, asset, from, accepted, userId: otherUser })
  return { revision }
}
