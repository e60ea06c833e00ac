import { invalidMember } from '../model/validation.ts'
import { acceptSuggestions } from '../world/suggestion-decisions.ts'
import { remembered } from '../world/token-memory.ts'
import { assetOf, revisionOf, type World } from '../world/world.ts'
import { requireUnchangedOwner } from './require-unchanged-owner.ts'
import { type Suggestion, suggestionsFor } from './suggestions.ts'

/** The input of AcceptPredictions, which satisfies the constraints of the model. */
export type AcceptPredictionsInput = Readonly<{
  domainIdentifier: string
  identifier: string
  revision?: string
  acceptRule?: { rule?: string | null; threshold?: number | null } | null
  acceptChoices?:
    | readonly {
        predictionTarget: string
        predictionChoice?: number | null
        editedValue?: string | null
      }[]
    | null
  clientToken?: string | null
}>

/** Returns the suggestions that the rule or a choice accepts, with the values that the caller edited. */
const chosen = (waiting: readonly Suggestion[], input: AcceptPredictionsInput): Suggestion[] => {
  const { acceptRule, acceptChoices } = input
  const accepted = new Map<string, Suggestion>()
  for (const suggestion of acceptRule?.rule === 'ALL' ? waiting : [])
    if (suggestion.confidence >= (acceptRule?.threshold ?? 0)) accepted.set(suggestion.fieldPath, suggestion)
  for (const [index, { predictionTarget, predictionChoice, editedValue }] of (
    acceptChoices ?? []
  ).entries()) {
    const path = `acceptChoices.${index + 1}.member`
    const suggestion = waiting.find(({ fieldPath }) => fieldPath === predictionTarget)
    if (suggestion === undefined)
      throw invalidMember(`${path}.predictionTarget`, 'be the field path of a suggestion of this revision')
    if (predictionChoice)
      throw invalidMember(`${path}.predictionChoice`, 'be 0, because each field has one suggestion')
    accepted.set(predictionTarget, { ...suggestion, value: editedValue ?? suggestion.value })
  }
  return [...accepted.values()]
}

/**
 * Accepts suggestions of a revision, by default the latest, and answers the new revision that has them. Assumptions: when
 * nothing is accepted there is no new revision, and a choice of an unknown field is a ValidationException. It sends a
 * `Metadata Generation Accepted` event.
 */
export const acceptPredictions = (world: World, input: AcceptPredictionsInput, userId: string) => {
  const { domainIdentifier: domainId, identifier, revision, acceptRule, acceptChoices } = input
  const use = {
    domainId,
    token: input.clientToken,
    request: ['accept', identifier, revision ?? null, acceptRule ?? null, acceptChoices ?? null],
  }
  return remembered(world.changeTokens.accepted, use, world, () => {
    const asset = assetOf(world, domainId, identifier)
    const from = revisionOf(asset, revision)
    requireUnchangedOwner(world, asset)
    const accepted = chosen(suggestionsFor(world, domainId, asset, from), input)
    const made =
      accepted.length === 0 ? from : acceptSuggestions(world, { domainId, asset, from, accepted, userId })
    return { domainId, assetId: asset.id, revision: made.revision }
  })
}
