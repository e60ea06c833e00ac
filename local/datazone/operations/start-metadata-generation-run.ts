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
import { assetOf, caller, revisionOf, type World } from '../world/world.ts'
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
  const going = world.runs.ofSubject(domainId, asset.id).find((run) => nowMs < run.plan.endsAtMs)
  if (going !== undefined)
    throw new ServiceError(
      'ConflictException',
      `Run ${going.id} of asset ${asset.id} is ${statusAt(going.plan, nowMs)}`,
    )
}

/** The key of a run is its subject and how many its asset had before: calls about other assets change nothing. */
const addRun = (
  world: World,
  input: StartInput,
  asset: Asset,
  revision: Revision,
  types: readonly string[],
): MetadataRun => {
  const { runs: book, seed, settings } = world
  const domainId = input.domainIdentifier
  const before = book.countStarted(domainId, asset.id)
  const key = [domainId, asset.id, revision.revision, types, before].join(' ')
  const createdAtMs = world.nowMs()
  const run: MetadataRun = {
    id: drawId(seed, 'run', key),
    domainId,
    projectId: asset.projectId,
    assetId: asset.id,
    revision: revision.revision,
    types,
    clientToken: input.clientToken ?? undefined,
    createdBy: caller,
    createdAtMs,
    places: { newest: book.size(), random: draw(seed, 'rank', key) },
    plan: planMetadataRun(
      seed,
      key,
      createdAtMs,
      types,
      settings,
      plannedOutcomeFor(world.outcomes, asset.id),
    ),
  }
  book.add(run)
  world.outbox.add(run.plan.endsAtMs, { kind: 'runEnded', run })
  return run
}

/**
 * Starts a run, or gives the run that this clientToken already started in this domain.
 *
 * Documented: the errors, the prerequisites, and that clientToken makes it idempotent. Assumptions: a token is
 * remembered for `tokenMemoryMs` from a success (a refusal is not remembered), a token with another request
 * answers `tokenMismatch`, an asset of another project is AccessDeniedException, and a run of the
 * asset that is going, whatever its revision and types, is ConflictException (`conflictWhileRunning`;
 * before a replay is looked for where `conflictBeforeToken` says so). A month
 * whose quota of a type is used up is ServiceQuotaExceededException (`monthlyQuota`); a replay uses nothing.
 */
export const startMetadataGenerationRun = (world: World, input: StartInput) => {
  const { domainIdentifier, owningProjectIdentifier, target, clientToken } = input
  const types = typesOf(input, world.settings)
  const request = [owningProjectIdentifier, target.identifier, target.revision ?? null, types]
  const use = { domainId: domainIdentifier, token: clientToken, request }
  if (world.settings.conflictWhileRunning && world.settings.conflictBeforeToken)
    refuseWhileRunning(world, assetOf(world, domainIdentifier, target.identifier), domainIdentifier)
  const replayed = rememberedRun(world.tokens, use, world.nowMs(), world.settings)
  if (replayed !== undefined) return startOutput(world, replayed)
  const asset = assetOf(world, domainIdentifier, target.identifier)
  if (asset.projectId !== owningProjectIdentifier)
    throw new ServiceError(
      'AccessDeniedException',
      `Project ${owningProjectIdentifier} does not own asset ${asset.id}`,
    )
  const revision = revisionOf(asset, target.revision ?? undefined)
  requireSupported(asset, revision)
  if (world.settings.conflictWhileRunning) refuseWhileRunning(world, asset, domainIdentifier)
  useMonth(world.usage, types, world.nowMs(), world.settings)
  const run = addRun(world, input, asset, revision, types)
  rememberRun(world.tokens, use, run, run.createdAtMs)
  return startOutput(world, run)
}
