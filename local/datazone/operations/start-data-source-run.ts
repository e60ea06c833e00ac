import { ServiceError } from '../model/service-error.ts'
import { type DataSourceRun, dataSourceRunRecord } from '../world/data-source-run.ts'
import { isEndedAt, planDataSourceRun, sourceStatusAt } from '../world/data-source-run-plan.ts'
import type { DataSource } from '../world/domains.ts'
import { draw, drawId } from '../world/random.ts'
import { plannedOutcomeFor } from '../world/run-outcome.ts'
import { rememberedRun, rememberRun } from '../world/token-memory.ts'
import { useDay } from '../world/usage.ts'
import { dataSourceOf, type World } from '../world/world.ts'

/** The input of StartDataSourceRun, which satisfies the constraints of the model. */
export type StartDataSourceRunInput = Readonly<{
  domainIdentifier: string
  dataSourceIdentifier: string
  clientToken?: string | null
}>

/** How a run of a data source was started, and by which user. */
export type SourceRunOrigin = Readonly<{
  type: 'PRIORITIZED' | 'SCHEDULED'
  createdBy: string
  clientToken?: string | undefined
}>

const refuseWhileRunning = (world: World, domainId: string, source: DataSource): void => {
  const nowMs = world.nowMs()
  const runs = world.sourceRuns.ofSubject(domainId, source.id)
  const active = runs.find((run) => !isEndedAt(run.plan, nowMs))
  if (active !== undefined)
    throw new ServiceError(
      'ConflictException',
      `Run ${active.id} of data source ${source.id} is ${sourceStatusAt(active.plan, nowMs)}`,
    )
}

const requireReady = ({ settings }: World, { id, status }: DataSource): void => {
  if (status !== 'READY')
    throw new ServiceError(settings.sourceNotReady, `Data source ${id} is ${status}: it has to be READY`)
}

/**
 * Adds a run of a data source. Throws the error of `sourceNotReady` unless the data source is READY, ConflictException
 * while another of its runs is active (`conflictWhileRunning`), and ServiceQuotaExceededException when its daily quota is
 * used up.
 */
export const addDataSourceRun = (
  world: World,
  domainId: string,
  source: DataSource,
  origin: SourceRunOrigin,
): DataSourceRun => {
  const { seed, settings, sourceRuns } = world
  const createdAtMs = world.nowMs()
  requireReady(world, source)
  if (settings.conflictWhileRunning) refuseWhileRunning(world, domainId, source)
  useDay(world.usage, { domainId, sourceId: source.id }, createdAtMs, settings)
  const before = sourceRuns.countStarted(domainId, source.id)
  const key = ['data source', domainId, source.id, before].join(' ')
  const run: DataSourceRun = {
    id: drawId(seed, 'run', key),
    domainId,
    projectId: source.projectId,
    dataSourceId: source.id,
    type: origin.type,
    clientToken: origin.clientToken,
    createdBy: origin.createdBy,
    createdAtMs,
    places: { newest: sourceRuns.size(), random: draw(seed, 'rank', key) },
    snapshot: JSON.stringify({ name: source.name, configuration: source.configuration }),
    plan: planDataSourceRun(
      { seed, key, startedAtMs: createdAtMs },
      { tables: source.tables, isFirst: before === 0 },
      settings,
      plannedOutcomeFor(world.outcomes, source.id),
    ),
  }
  sourceRuns.add(run)
  world.outbox.add(createdAtMs, { kind: 'sourceRunStarted', run })
  world.outbox.add(run.plan.endsAtMs, { kind: 'sourceRunEnded', run })
  return run
}

/**
 * Starts a run of a data source, or answers the run that this clientToken already started in this domain.
 *
 * Documented: the errors, that clientToken makes it idempotent, and the quota of runs per day. Assumptions: tokens are
 * remembered as for metadata runs, an active run of the data source is a ConflictException (with `conflictBeforeToken`,
 * even for a replay), and the type of a run that a caller starts is PRIORITIZED.
 */
export const startDataSourceRun = (world: World, input: StartDataSourceRunInput, userId: string) => {
  const { domainIdentifier: domainId, dataSourceIdentifier, clientToken } = input
  const use = { domainId, token: clientToken, request: [dataSourceIdentifier] }
  if (world.settings.conflictWhileRunning && world.settings.conflictBeforeToken)
    refuseWhileRunning(world, domainId, dataSourceOf(world, domainId, dataSourceIdentifier))
  const replayed = rememberedRun(world.sourceTokens, use, world.nowMs(), world.settings)
  if (replayed !== undefined) return dataSourceRunRecord(replayed, replayed.createdAtMs)
  const source = dataSourceOf(world, domainId, dataSourceIdentifier)
  const origin = { type: 'PRIORITIZED', createdBy: userId, clientToken: clientToken ?? undefined } as const
  const run = addDataSourceRun(world, domainId, source, origin)
  rememberRun(world.sourceTokens, use, run, run.createdAtMs)
  return dataSourceRunRecord(run, run.createdAtMs)
}
