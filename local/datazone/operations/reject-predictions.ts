import { invalidMember } from '../model/validation.ts'
import { rejectSuggestions } from '../world/suggestion-decisions.ts'
import { remembered } from '../world/token-memory.ts'
import { assetOf, revisionOf, type World } from '../world/world.ts'
import { requireUnchangedOwner } from './require-unchanged-owner.ts'
import { suggestionsFor } from './suggestions.ts'

/** The input of RejectPredictions, which satisfies the constraints of the model. */
export type RejectPredictionsInput = Readonly<{
  domainIdentifier: string
  identifier: string
  revision?: string
  rejectRule?: { rule?: string | null; threshold?: number | null } | null
  rejectChoices?: readonly { predictionTarget: string; predictionChoices?: readonly number[] | null }[] | null
  clientToken?: string | null
}>

/**
 * Rejects suggestions of a revision, by default the latest, which removes them from its form. Assumptions: a rule ALL
 * with a threshold rejects the suggestions below it, and there is no new revision. It sends a `Metadata Generation
 * Rejected` event.
 */
export const rejectPredictions = (world: World, input: RejectPredictionsInput, userId: string) => {
  const { domainIdentifier: domainId, identifier, rejectRule, rejectChoices } = input
  const use = {
    domainId,
    token: input.clientToken,
    request: ['reject', identifier, input.revision ?? null, rejectRule ?? null, rejectChoices ?? null],
  }
  return remembered(world.changeTokens.rejected, use, world, () => {
    const asset = assetOf(world, domainId, identifier)
    const { revision } = revisionOf(asset, input.revision)
    requireUnchangedOwner(world, asset)
    const waiting = suggestionsFor(world, domainId, asset, revisionOf(asset, input.revision))
    for (const [index, { predictionTarget }] of (rejectChoices ?? []).entries())
      if (!waiting.some(({ fieldPath }) => fieldPath === predictionTarget))
        throw invalidMember(
          `rejectChoices.${index + 1}.member.predictionTarget`,
          'be the field path of a suggestion of this revision',
        )
    const isRejected = (fieldPath: string, confidence: number): boolean =>
      (rejectRule?.rule === 'ALL' && confidence < (rejectRule.threshold ?? Number.POSITIVE_INFINITY)) ||
      (rejectChoices ?? []).some(({ predictionTarget }) => predictionTarget === fieldPath)
    const fieldPaths = waiting
      .filter(({ fieldPath, confidence }) => isRejected(fieldPath, confidence))
      .map(({ fieldPath }) => fieldPath)
    if (fieldPaths.length > 0) rejectSuggestions(world, { domainId, asset, revision, fieldPaths, userId })
    return { domainId, assetId: asset.id, assetRevision: revision }
  })
}
