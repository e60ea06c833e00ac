import { z } from 'zod'
import { parseInput } from '../input/parse-input.ts'
import { strictObject } from '../input/strict-object.ts'
import { otherUser, type World } from '../world/world.ts'
import { addRevision } from './add-revision.ts'
import { findAsset } from './find-target.ts'

/** Whose suggestions are to be accepted. */
export const acceptanceSchema = strictObject({ domainId: z.string(), assetId: z.string() })
/** Whose suggestions are to be accepted. */
export type AcceptanceInput = z.infer<typeof acceptanceSchema>

/**
 * Accepts the suggestions of an asset, as someone in the portal does: it has a new latest revision (assumption), and the
 * event is `Metadata Generation Accepted`. Publishing is another step. Throws ControlError for an unknown asset.
 */
export const acceptSuggestions = (world: World, given: unknown): { revision: string } => {
  const { domainId, assetId } = parseInput('whose suggestions are to be accepted', acceptanceSchema, given)
  const nowMs = world.nowMs()
  const { revision } = addRevision(world.domains, { domainId, assetId }, nowMs)
  const { projectId } = findAsset(world.domains, domainId, assetId)
  const acceptance = { domainId, projectId, assetId, revision, acceptedBy: otherUser }
  world.outbox.add(nowMs, { kind: 'accepted', acceptance })
  return { revision }
}
