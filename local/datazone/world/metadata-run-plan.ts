import type { Settings } from '../input/settings.ts'
import { draw, drawLognormal, type Seed } from './random.ts'
import { drawOutcome, type PlannedOutcome, type RunOutcome, unknownStatus } from './run-outcome.ts'

/** How a type of a run ended, with the reason unless it succeeded. */
export type TypeEnding = Readonly<{ type: string; status: string; errorMessage?: string }>

/** The course of a run, decided when it starts: submitted, then in progress, then its ending. */
export type MetadataRunPlan = Readonly<{
  submittedUntilMs: number
  /** Infinity for a run that never ends. */
  endsAtMs: number
  ending: string
  typeEndings: readonly TypeEnding[]
}>

const failure = 'The model could not generate metadata for this asset. Try again later.'
const incomplete = 'Metadata was generated for some of the columns only.'

const endings: Readonly<Record<RunOutcome, string>> = {
  succeeded: 'SUCCEEDED',
  failed: 'FAILED',
  partial: 'PARTIALLY_SUCCEEDED',
  unknown: unknownStatus,
  stuck: 'SUCCEEDED',
}

/**
 * Returns the ending of each type. A partial success of two types has one that failed; a single type succeeds in part.
 */
const typeEndingsOf = (ending: string, types: readonly string[]): TypeEnding[] =>
  types.map((type, index) => {
    if (ending === 'FAILED') return { type, status: 'FAILED', errorMessage: failure }
    if (ending !== 'PARTIALLY_SUCCEEDED') return { type, status: ending }
    if (types.length === 1) return { type, status: ending, errorMessage: incomplete }
    return index === 0 ? { type, status: 'SUCCEEDED' } : { type, status: 'FAILED', errorMessage: failure }
  })

/**
 * Returns the plan of a run, drawn from only the seed and its key, so that it does not depend on other runs. Times are
 * epoch milliseconds of the world's clock.
 */
export const planMetadataRun = (
  { seed, key, startedAtMs }: { readonly seed: Seed; readonly key: string; readonly startedAtMs: number },
  types: readonly string[],
  settings: Settings,
  planned?: PlannedOutcome,
): MetadataRunPlan => {
  const durationMs =
    planned?.durationMs ??
    drawLognormal(settings.medianMs, settings.sigma, seed, 'duration', key) / settings.speed
  const submittedMs = durationMs * (0.05 + 0.25 * draw(seed, 'submitted', key))
  const outcome = planned?.outcome ?? drawOutcome(seed, key, settings)
  return {
    submittedUntilMs: startedAtMs + Math.round(submittedMs),
    endsAtMs: outcome === 'stuck' ? Number.POSITIVE_INFINITY : startedAtMs + Math.round(durationMs),
    ending: endings[outcome],
    typeEndings: typeEndingsOf(endings[outcome], types),
  }
}

/** Returns the plan of a run that is canceled at a time from now on. A run that ends before keeps its plan. */
export const canceledPlan = (plan: MetadataRunPlan, canceledAtMs: number): MetadataRunPlan =>
  plan.endsAtMs <= canceledAtMs
    ? plan
    : {
        submittedUntilMs: Math.min(plan.submittedUntilMs, canceledAtMs),
        endsAtMs: canceledAtMs,
        ending: 'CANCELED',
        typeEndings: plan.typeEndings.map(({ type }) => ({ type, status: 'CANCELED' })),
      }

/** Returns the status of a run at a time. */
export const statusAt = (plan: MetadataRunPlan, atMs: number): string => {
  if (atMs < plan.submittedUntilMs) return 'SUBMITTED'
  return atMs < plan.endsAtMs ? 'IN_PROGRESS' : plan.ending
}

/** Returns the state of each type at a time; undefined while the run is SUBMITTED. */
export const typeStatsAt = (plan: MetadataRunPlan, atMs: number): readonly TypeEnding[] | undefined => {
  if (atMs < plan.submittedUntilMs) return undefined
  if (atMs >= plan.endsAtMs) return plan.typeEndings
  return plan.typeEndings.map(({ type }) => ({ type, status: 'IN_PROGRESS' }))
}
