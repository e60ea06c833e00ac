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

/** The input of StartMetadataGenerationRun, which satisfies the constraints of the model. */
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
 * Returns the types to generate, each once. `types` goes before the deprecated `type`, which is all that older clients
 * send. The older generation of the API ignores `types`, because it is an unknown member. Throws ValidationException
 * without either.
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

/** Adds a run. Its draws depend on its subject and the number of earlier runs of its asset, not on other assets. */
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
 * Documented: the errors, the prerequisites, and that clientToken makes it idempotent. Assumptions:
 * - The token of a successful Start is remembered for `tokenMemoryMs`; with another request it answers `tokenMismatch`.
 * - An asset of another project is an AccessDeniedException, and an asset in transfer a ConflictException.
 * - An asset with an active run, of any revision and types, is a ConflictException (`conflictWhileRunning`; with
 *   `conflictBeforeToken`, even for a replay).
 * - A used-up monthly quota of a type (`monthlyQuota`) is a ServiceQuotaExceededException; a replay uses none of it.
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
