import { z } from 'zod'
import type { Settings } from '../input/settings.ts'
import { strictObject } from '../input/strict-object.ts'
import { requireUniqueIds } from '../input/unique-ids.ts'
import { draw, type Seed } from './random.ts'

const runOutcomeSchema = z.enum(['succeeded', 'failed', 'partial', 'unknown', 'stuck'])
/** How a run ends: `unknown` is a status that no model has, and `stuck` never ends. */
export type RunOutcome = z.infer<typeof runOutcomeSchema>

/** A status that no published model has, which clients must survive. */
export const unknownStatus = 'AWAITING_REVIEW'

/** Draws the outcome of a run from the shares of the settings. */
export const drawOutcome = (seed: Seed, key: string, settings: Settings): RunOutcome => {
  const chance = draw(seed, 'ending', key)
  if (chance < settings.failureShare) return 'failed'
  if (chance < settings.failureShare + settings.partialShare) return 'partial'
  if (chance < settings.failureShare + settings.partialShare + settings.unknownStatusShare) return 'unknown'
  return chance >= 1 - settings.stuckShare ? 'stuck' : 'succeeded'
}

const outcomeSchema = strictObject({
  /** The id of the asset or of the data source. */
  target: z.string().min(1),
  outcome: runOutcomeSchema,
  /** How long its runs last, in milliseconds that `speed` does not divide. Absent: drawn. */
  durationMs: z.number().positive().optional(),
})

/** A list of outcomes, at most one per target, which replaces all outcomes that were set before. */
export const outcomesSchema = z.array(outcomeSchema).superRefine((outcomes, context) =>
  requireUniqueIds(
    context,
    outcomes.map(({ target }) => target),
    (index) => [index, 'target'],
    'remove one',
  ),
)

/** The outcome of the runs of one asset or data source that start from now on. */
export type PlannedOutcome = z.infer<typeof outcomeSchema>

/** Returns the planned outcome of a target, if it has one. */
export const plannedOutcomeFor = (
  outcomes: readonly PlannedOutcome[],
  target: string,
): PlannedOutcome | undefined => outcomes.find((outcome) => outcome.target === target)
