import type { Settings } from '../input/settings.ts'
import { draw, drawLognormal, type Seed } from './random.ts'
import { drawOutcome, type PlannedOutcome, type RunOutcome, unknownStatus } from './run-outcome.ts'

/** How many tables a run added, updated and so on. */
type AssetStatistics = Readonly<Record<'added' | 'updated' | 'unchanged' | 'skipped' | 'failed', number>>

/** The course of a data source run, decided when it starts: requested, then running, then its ending. */
export type DataSourcePlan = Readonly<{
  requestedAtMs: number
  runningFromMs: number
  /** Infinity for a run that never ends. */
  endsAtMs: number
  ending: string
  statistics: AssetStatistics
  error: Readonly<{ errorType: string; errorDetail: string }> | undefined
  /** The import of lineage may go on after the run has ended. */
  lineageEndsAtMs: number
  lineageEnding: string
}>

/** The run ends as SUCCESS, not as SUCCEEDED like a metadata generation run. */
const endings: Readonly<Record<RunOutcome, string>> = {
  succeeded: 'SUCCESS',
  failed: 'FAILED',
  partial: 'PARTIALLY_SUCCEEDED',
  unknown: unknownStatus,
  stuck: 'SUCCESS',
}

/** Which errors runs meet in practice is not documented; these are error types of the model. */
const errors = [
  { errorType: 'ACCESS_DENIED_EXCEPTION', errorDetail: 'Access to the Glue database was denied.' },
  { errorType: 'RESOURCE_NOT_FOUND_EXCEPTION', errorDetail: 'The Glue database does not exist.' },
  { errorType: 'INTERNAL_SERVER_EXCEPTION', errorDetail: 'The data source run failed. Try again later.' },
] as const

const nothing: AssetStatistics = { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 }

/** The first run adds every table, a later one updates some. In a partial success some fail; a failure reads none. */
const statisticsOf = (
  outcome: RunOutcome,
  tables: number,
  isFirst: boolean,
  chance: (what: string) => number,
): AssetStatistics => {
  if (outcome === 'failed') return nothing
  const some = Math.max(1, Math.floor(tables * 0.5 * chance('failed tables')))
  const failed = outcome === 'partial' ? Math.min(tables, some) : 0
  const read = tables - failed
  const skipped = Math.floor(read * 0.1 * chance('skipped tables'))
  if (isFirst) return { ...nothing, added: read - skipped, skipped, failed }
  const updated = Math.floor((read - skipped) * 0.4 * chance('updated tables'))
  return { ...nothing, updated, unchanged: read - skipped - updated, skipped, failed }
}

const lineageEndingOf = (outcome: RunOutcome, chance: number, settings: Settings): string => {
  if (outcome === 'failed' || chance < settings.lineageFailureShare) return 'FAILED'
  return outcome === 'partial' ? 'PARTIALLY_SUCCEEDED' : 'SUCCESS'
}

/** The plan of a data source run from its seed and its key. Times are in milliseconds of the world's clock. */
export const planDataSourceRun = (
  { seed, key, startedAtMs }: { readonly seed: Seed; readonly key: string; readonly startedAtMs: number },
  source: Readonly<{ tables: number; isFirst: boolean }>,
  settings: Settings,
  planned?: PlannedOutcome,
): DataSourcePlan => {
  const chance = (what: string): number => draw(seed, what, key)
  const durationMs =
    planned?.durationMs ??
    drawLognormal(settings.dataSourceMedianMs, settings.sigma, seed, 'duration', key) / settings.speed
  const outcome = planned?.outcome ?? drawOutcome(seed, key, settings)
  const endsAtMs = outcome === 'stuck' ? Number.POSITIVE_INFINITY : startedAtMs + Math.round(durationMs)
  return {
    requestedAtMs: startedAtMs,
    runningFromMs: startedAtMs + Math.round(durationMs * (0.05 + 0.25 * chance('submitted'))),
    endsAtMs,
    ending: endings[outcome],
    statistics: statisticsOf(outcome, source.tables, source.isFirst, chance),
    error: outcome === 'failed' ? errors[Math.floor(chance('error') * errors.length)] : undefined,
    lineageEndsAtMs: endsAtMs + Math.round(settings.lineageMs / settings.speed),
    lineageEnding: lineageEndingOf(outcome, chance('lineage'), settings),
  }
}

/** Whether the run has ended; its import of lineage may not have. */
export const isEndedAt = (plan: DataSourcePlan, atMs: number): boolean => atMs >= plan.endsAtMs

/** The status of a run at a moment. */
export const sourceStatusAt = (plan: DataSourcePlan, atMs: number): string => {
  if (atMs < plan.runningFromMs) return 'REQUESTED'
  return isEndedAt(plan, atMs) ? plan.ending : 'RUNNING'
}

/** The status of the lineage import; undefined until the run has left REQUESTED. */
export const importStatusAt = (plan: DataSourcePlan, atMs: number): string | undefined => {
  if (atMs < plan.runningFromMs) return undefined
  return atMs < plan.lineageEndsAtMs ? 'IN_PROGRESS' : plan.lineageEnding
}

/** When the run last changed. */
export const updatedAtMs = (plan: DataSourcePlan, atMs: number): number =>
  [plan.lineageEndsAtMs, plan.endsAtMs, plan.runningFromMs].find((ms) => ms <= atMs) ?? plan.requestedAtMs
