import type { Settings } from '../input/settings.ts'
import { draw, drawLognormal, type Seed } from './random.ts'
import { drawOutcome, type PlannedOutcome, type RunOutcome, unknownStatus } from './run-outcome.ts'

/** How one type of a run ended, with the reason unless it succeeded. */
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

/** In a partial success of two types, one succeeded and one failed; a single type succeeded in part. */
const typeEndingsOf = (ending: string, types: readonly string[]): TypeEnding[] =>
  types.map((type, index) => {
    if (ending === 'FAILED') return { type, status: 'FAILED', errorMessage: failure }
    if (ending !== 'PARTIALLY_SUCCEEDED') return { type, status: ending }
    if (types.length === 1) return { type, status: ending, errorMessage: incomplete }
    return index === 0 ? { type, status: 'SUCCEEDED' } : { type, status: 'FAILED', errorMessage: failure }
  })

/**
 * The plan of a run, drawn from the seed and its key alone, so that it does not depend on other runs. Times are in
 * milliseconds of the world's clock.
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

/** The plan of a run that is canceled at a moment from now on; a run that ends before then keeps its ending. */
export const canceledPlan = (plan: MetadataRunPlan, canceledAtMs: number): MetadataRunPlan =>
  plan.endsAtMs <= canceledAtMs
    ? plan
    : {
        submittedUntilMs: Math.min(plan.submittedUntilMs, canceledAtMs),
        endsAtMs: canceledAtMs,
        ending: 'CANCELED',
        typeEndings: plan.typeEndings.map(({ type }) => ({ type, status: 'CANCELED' })),
      }

/** The status of a run at a moment: a function of its plan alone. */
export const statusAt = (plan: MetadataRunPlan, atMs: number): string => {
  if (atMs < plan.submittedUntilMs) return 'SUBMITTED'
  return atMs < plan.endsAtMs ? 'IN_PROGRESS' : plan.ending
}

/** The state of each type at a moment; undefined until the run has left SUBMITTED. */
export const typeStatsAt = (plan: MetadataRunPlan, atMs: number): readonly TypeEnding[] | undefined => {
  if (atMs < plan.submittedUntilMs) return undefined
  if (atMs >= plan.endsAtMs) return plan.typeEndings
  return plan.typeEndings.map(({ type }) => ({ type, status: 'IN_PROGRESS' }))
}
