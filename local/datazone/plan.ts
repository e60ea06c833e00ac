import { draw, drawLognormal, type Seed } from './random.ts'
import type { Settings } from './settings.ts'

/** How one of a run's types ended, and why when it was not a success. */
export type TypeEnding = Readonly<{ type: string; status: string; errorMessage?: string }>

/** What becomes of a run, decided when it starts: submitted, then in progress, then its ending. */
export type Plan = Readonly<{
  submittedUntilMs: number
  /** Infinity for a run that never ends. */
  endsAtMs: number
  ending: string
  typeEndings: readonly TypeEnding[]
}>

/** A status that is in no published model, for a client to survive. */
const unknownStatus = 'AWAITING_REVIEW'

const failure = 'The model could not generate metadata for this asset. Try again later.'
const incomplete = 'Metadata was generated for some of the columns only.'

const endingOf = (chance: number, settings: Settings): string => {
  if (chance < settings.failureShare) return 'FAILED'
  if (chance < settings.failureShare + settings.partialShare) return 'PARTIALLY_SUCCEEDED'
  if (chance < settings.failureShare + settings.partialShare + settings.unknownStatusShare)
    return unknownStatus
  return 'SUCCEEDED'
}

/** A partial success of two types is one that succeeded and one that failed; of one type, that type in part. */
const typeEndingsOf = (ending: string, types: readonly string[]): TypeEnding[] =>
  types.map((type, index) => {
    if (ending === 'FAILED') return { type, status: 'FAILED', errorMessage: failure }
    if (ending !== 'PARTIALLY_SUCCEEDED') return { type, status: ending }
    if (types.length === 1) return { type, status: ending, errorMessage: incomplete }
    return index === 0 ? { type, status: 'SUCCEEDED' } : { type, status: 'FAILED', errorMessage: failure }
  })

/**
 * The plan of a run from its seed and its key, so that it does not depend on what other runs there are.
 * Times are in milliseconds of the world's clock.
 */
export const planRun = (
  seed: Seed,
  key: string,
  startedAtMs: number,
  types: readonly string[],
  settings: Settings,
): Plan => {
  const durationMs = drawLognormal(settings.medianMs, settings.sigma, seed, 'duration', key) / settings.speed
  const submittedMs = durationMs * (0.05 + 0.25 * draw(seed, 'submitted', key))
  const ending = endingOf(draw(seed, 'ending', key), settings)
  const stuck = draw(seed, 'ending', key) >= 1 - settings.stuckShare
  return {
    submittedUntilMs: startedAtMs + Math.round(submittedMs),
    endsAtMs: stuck ? Number.POSITIVE_INFINITY : startedAtMs + Math.round(durationMs),
    ending,
    typeEndings: typeEndingsOf(ending, types),
  }
}

/** The status of a run at a moment: a function of its plan and of nothing else. */
export const statusAt = (plan: Plan, atMs: number): string => {
  if (atMs < plan.submittedUntilMs) return 'SUBMITTED'
  return atMs < plan.endsAtMs ? 'IN_PROGRESS' : plan.ending
}

/** The state of each type at a moment; undefined until the run has left SUBMITTED. */
export const typeStatsAt = (plan: Plan, atMs: number): readonly TypeEnding[] | undefined => {
  if (atMs < plan.submittedUntilMs) return undefined
  if (atMs >= plan.endsAtMs) return plan.typeEndings
  return plan.typeEndings.map(({ type }) => ({ type, status: 'IN_PROGRESS' }))
}
