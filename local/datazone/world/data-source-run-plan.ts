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
  /** When the lineage import ends, which may be after the run has ended. Infinity for a run that never ends. */
  lineageEndsAtMs: number
  lineageEnding: string
}>

/** A data source run that succeeds is SUCCESS, where a metadata run is SUCCEEDED. */
const endings: Readonly<Record<RunOutcome, string>> = {
  succeeded: 'SUCCESS',
  failed: 'FAILED',
  partial: 'PARTIALLY_SUCCEEDED',
  unknown: unknownStatus,
  stuck: 'SUCCESS',
}

/** Error types of the service model. Which of them occur in practice is not documented. */
const errors = [
  { errorType: 'ACCESS_DENIED_EXCEPTION', errorDetail: 'Access to the Glue database was denied.' },
  { errorType: 'RESOURCE_NOT_FOUND_EXCEPTION', errorDetail: 'The Glue database does not exist.' },
  { errorType: 'INTERNAL_SERVER_EXCEPTION', errorDetail: 'The data source run failed. Try again later.' },
] as const

const nothing: AssetStatistics = { added: 0, updated: 0, unchanged: 0, skipped: 0, failed: 0 }

/**
 * Returns the statistics of a run: the first run adds tables, later runs update some. Tables fail only in a partial
 * success.
 */
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

/**
 * Returns the plan of a data source run, drawn from the seed and its key. Times are epoch milliseconds of the world's
 * clock.
 */
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

/** Returns whether a run has ended; its lineage import may continue. */
export const isEndedAt = (plan: DataSourcePlan, atMs: number): boolean => atMs >= plan.endsAtMs

/** Returns the status of a run at a time. */
export const sourceStatusAt = (plan: DataSourcePlan, atMs: number): string => {
  if (atMs < plan.runningFromMs) return 'REQUESTED'
  return isEndedAt(plan, atMs) ? plan.ending : 'RUNNING'
}

/** Returns the status of the lineage import; undefined while the run is REQUESTED. */
export const importStatusAt = (plan: DataSourcePlan, atMs: number): string | undefined => {
  if (atMs < plan.runningFromMs) return undefined
  return atMs < plan.lineageEndsAtMs ? 'IN_PROGRESS' : plan.lineageEnding
}

/** Returns when a run had last changed at a time, in epoch milliseconds. */
export const updatedAtMs = (plan: DataSourcePlan, atMs: number): number =>
  [plan.lineageEndsAtMs, plan.endsAtMs, plan.runningFromMs].find((ms) => ms <= atMs) ?? plan.requestedAtMs
