import type { Settings } from '../input/settings.ts'
import { ServiceError } from '../model/service-error.ts'
import { invalidMember } from '../model/validation.ts'
import type { Asset, Revision } from '../world/domains.ts'
import type { MetadataRun } from '../world/metadata-run.ts'
import { planMetadataRun, statusAt } from '../world/metadata-run-plan.ts'
import { draw, drawId } from '../world/random.ts'
import { plannedOutcomeFor } from '../world/run-outcome.ts'
import { rememberedRun, rememberRun } from '../world/token-memory.ts'
import { useMonth } from '../world/usage.ts'
import { assetOf, ownerOf, revisionOf, type World } from '../world/world.ts'
import { requireUnchangedOwner } from './require-unchanged-owner.ts'
import { shownTypes } from './run-record.ts'
import { requireSupported } from './supported-asset.ts'

/** What StartMetadataGenerationRun takes, once the model's constraints hold. */
export type StartInput = Readonly<{
  domainIdentifier: string
  owningProjectIdentifier: string
  target: Readonly<{ type: string; identifier: string; revision?: string | null }>
  types?: readonly string[] | null
  type?: string | null
  clientToken?: string | null
}>

const startOutput = (world: World, run: MetadataRun) => ({
  domainId: run.domainId,
  id: run.id,
  status: 'SUBMITTED',
  type: run.types[0],
  types: shownTypes(world, run),
  createdAt: new Date(run.createdAtMs),
  createdBy: run.createdBy,
  owningProjectId: run.projectId,
})

/**
 * The types to generate, each once. `types` wins over the deprecated `type`, which older clients still send alone;
 * the older generation of the API ignores `types`, a member that it does not know.
 */
const typesOf = (input: StartInput, { apiGeneration }: Settings): readonly string[] => {
  if (input.types && apiGeneration !== 'older') return [...new Set(input.types)]
  if (input.type) return [input.type]
  throw invalidMember('types', 'not be null')
}

const refuseWhileRunning = (world: World, asset: Asset, domainId: string): void => {
  const nowMs = world.nowMs()
  const active = world.runs.ofSubject(domainId, asset.id).find((run) => nowMs < run.plan.endsAtMs)
  if (active !== undefined)
    throw new ServiceError(
      'ConflictException',
      `Run ${active.id} of asset ${asset.id} is ${statusAt(active.plan, nowMs)}`,
    )
}

type NewRun = Readonly<{
  domainId: string
  asset: Asset
  revision: Revision
  types: readonly string[]
  clientToken: string | null | undefined
  userId: string
}>

/** A run is drawn by its subject and the number of runs its asset had: calls about other assets change nothing. */
const addRun = (world: World, given: NewRun): MetadataRun => {
  const { runs, seed, settings } = world
  const { domainId, asset, revision, types, clientToken, userId } = given
  const before = runs.countStarted(domainId, asset.id)
  const key = [domainId, asset.id, revision.revision, types, before].join(' ')
  const createdAtMs = world.nowMs()
  const run: MetadataRun = {
    id: drawId(seed, 'run', key),
    domainId,
    projectId: ownerOf(world, asset),
    assetId: asset.id,
    revision: revision.revision,
    types,
    clientToken: clientToken ?? undefined,
    createdBy: userId,
    createdAtMs,
    places: { newest: runs.size(), random: draw(seed, 'rank', key) },
    plan: planMetadataRun(
      { seed, key, startedAtMs: createdAtMs },
      types,
      settings,
      plannedOutcomeFor(world.outcomes, asset.id),
    ),
  }
  runs.add(run)
  world.outbox.add(run.plan.endsAtMs, { kind: 'runEnded', run })
  return run
}

/**
 * Starts a run, or answers the run that this clientToken already started in this domain.
 *
 * Documented: the errors, the prerequisites, and that clientToken makes it idempotent. Assumptions: a token is
 * remembered for `tokenMemoryMs` from a success (a refusal is not remembered), a token with another request
 * answers `tokenMismatch`, an asset of another project is AccessDeniedException, an asset in transfer is
 * ConflictException, and so is one with an active run, whatever its revision and types (`conflictWhileRunning`;
 * with `conflictBeforeToken`, even a replay). ServiceQuotaExceededException: the month's quota of a type is used up
 * (`monthlyQuota`); a replay uses none of it.
 */
export const startMetadataGenerationRun = (world: World, input: StartInput, userId: string) => {
  const { domainIdentifier, owningProjectIdentifier, target, clientToken } = input
  const types = typesOf(input, world.settings)
  const request = [owningProjectIdentifier, target.identifier, target.revision ?? null, types]
  const use = { domainId: domainIdentifier, token: clientToken, request }
  if (world.settings.conflictWhileRunning && world.settings.conflictBeforeToken)
    refuseWhileRunning(world, assetOf(world, domainIdentifier, target.identifier), domainIdentifier)
  const replayed = rememberedRun(world.tokens, use, world.nowMs(), world.settings)
  if (replayed !== undefined) return startOutput(world, replayed)
  const asset = assetOf(world, domainIdentifier, target.identifier)
  requireUnchangedOwner(world, asset)
  if (ownerOf(world, asset) !== owningProjectIdentifier)
    throw new ServiceError(
      'AccessDeniedException',
      `Project ${owningProjectIdentifier} does not own asset ${asset.id}`,
    )
  const revision = revisionOf(asset, target.revision ?? undefined)
  requireSupported(asset, revision)
  if (world.settings.conflictWhileRunning) refuseWhileRunning(world, asset, domainIdentifier)
  useMonth(world.usage, types, world.nowMs(), world.settings)
  const run = addRun(world, { domainId: domainIdentifier, asset, revision, types, clientToken, userId })
  rememberRun(world.tokens, use, run, run.createdAtMs)
  return startOutput(world, run)
}
