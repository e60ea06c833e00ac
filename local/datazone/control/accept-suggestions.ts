import { z } from 'zod'
import { checked } from '../input/parse-input.ts'
import { onlyFields } from '../input/strict-object.ts'
import { someoneElse, type World } from '../world/world.ts'
import { addRevision } from './add-revision.ts'
import { knownAsset } from './find-target.ts'

/** Whose suggestions are to be accepted. */
export const forAcceptingSchema = onlyFields({ domainId: z.string(), assetId: z.string() })
/** Whose suggestions are to be accepted. */
export type ForAccepting = z.infer<typeof forAcceptingSchema>

/**
 * Accepts the suggestions of an asset, as someone in the portal does: it has a new latest revision (assumption), and the
 * event is `Metadata Generation Accepted`. Publishing is another step. Throws ControlError for an unknown asset.
 */
export const acceptSuggestions = (world: World, given: unknown): { revision: string } => {
  const { domainId, assetId } = checked('whose suggestions are to be accepted', forAcceptingSchema, given)
  const nowMs = world.nowMs()
  const { revision } = addRevision(world.shelves, { domainId, assetId }, nowMs)
  const { projectId } = knownAsset(world.shelves, domainId, assetId)
  const acceptance = { domainId, projectId, assetId, revision, acceptedBy: someoneElse }
  world.outbox.add(nowMs, { kind: 'accepted', acceptance })
  return { revision }
}
