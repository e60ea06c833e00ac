import type { Asset, Revision } from '../world/domains.ts'
import { typeStatsAt } from '../world/metadata-run-plan.ts'
import { drawId } from '../world/random.ts'
import { assetOf, caller, revisionOf, type World } from '../world/world.ts'
import { type Form, formsOf } from './asset-forms.ts'
import { suggestionForm } from './suggestions.ts'

/** What GetAsset takes, once the model's constraints hold. */
export type GetAssetInput = Readonly<{ domainIdentifier: string; identifier: string; revision?: string }>

/** The latest suggestions of each type that a run of this revision has succeeded with. */
const suggestionsOf = (world: World, domainId: string, asset: Asset, revision: Revision): Form[] => {
  const nowMs = world.nowMs()
  const forms = new Map<string, Form>()
  const runs = world.runs
    .ofSubject(domainId, asset.id)
    .filter((run) => run.revision === revision.revision)
    .toSorted((one, other) => one.plan.endsAtMs - other.plan.endsAtMs)
  for (const run of runs)
    for (const { type, status } of typeStatsAt(run.plan, nowMs) ?? [])
      if (status === 'SUCCEEDED') forms.set(type, suggestionForm(type, run.id, revision))
  return [...forms.values()]
}

/**
 * An asset at a revision, the latest when none is named. Assumptions: every asset is published (its listing is
 * ACTIVE), and suggestions belong to the revision that the run was started for.
 */
export const getAsset = (world: World, input: GetAssetInput) => {
  const { domainIdentifier } = input
  const asset = assetOf(world, domainIdentifier, input.identifier)
  const revision = revisionOf(asset, input.revision)
  const suggestions = suggestionsOf(world, domainIdentifier, asset, revision)
  return {
    domainId: domainIdentifier,
    id: asset.id,
    name: revision.name,
    typeIdentifier: asset.typeIdentifier,
    typeRevision: '1',
    externalIdentifier: asset.externalIdentifier,
    revision: revision.revision,
    owningProjectId: asset.projectId,
    createdAt: new Date(revision.createdAtMs),
    createdBy: caller,
    firstRevisionCreatedAt: new Date(asset.first.createdAtMs),
    firstRevisionCreatedBy: caller,
    listing: {
      listingId: drawId(world.seed, 'listing', domainIdentifier, asset.id),
      listingStatus: 'ACTIVE',
    },
    formsOutput: formsOf(asset, revision),
    readOnlyFormsOutput: suggestions.length > 0 ? suggestions : undefined,
  }
}
