import { z } from 'zod'

const share = z.number().min(0).max(1)

/** Every setting with its default. What DataZone documents is marked so; all else is an assumption. */
export const settingsSchema = z
  .strictObject({
    /** Starts an account may make at once. Assumption: as many as a second's worth. */
    startBucket: z.number().min(1).default(10),
    /** Starts that come free in a second (documented: 10 for an account and Region). Never scaled by `speed`. */
    startRatePerSecond: z.number().positive().default(10),
    /** How long a clientToken is remembered, in milliseconds. Undocumented; at least 10 minutes is assumed. */
    tokenMemoryMs: z.number().min(0).default(600_000),
    /** What a remembered clientToken with another request answers. Undocumented; ValidationException is assumed. */
    tokenMismatch: z.enum(['ValidationException', 'ConflictException']).default('ValidationException'),
    /** Whether a Start answers ConflictException while a run of the asset is going. Undocumented, most likely. */
    conflictWhileRunning: z.boolean().default(true),
    /** Median time from Start to ending, in milliseconds ("roughly thirty seconds per asset" is all that is found). */
    medianMs: z.number().positive().default(30_000),
    /** Spread of that time: the standard deviation of its logarithm. */
    sigma: z.number().min(0).default(0.5),
    /** Divides the durations of runs, and nothing else. */
    speed: z.number().positive().default(1),
    /** Share of runs that end as FAILED. */
    failureShare: share.default(0.05),
    /** Share of runs that end as PARTIALLY_SUCCEEDED. */
    partialShare: share.default(0),
    /** Share of runs that end in a status that no client knows. */
    unknownStatusShare: share.default(0),
    /** Share of runs that stay in progress for ever. */
    stuckShare: share.default(0),
    /** The order of List, which is undocumented: newest first, or shuffled in a way that stays the same. */
    listOrder: z.enum(['newest', 'random']).default('newest'),
    /** How old the view is that List gives, in milliseconds: new runs are missing and statuses are stale for so long. */
    listLagMs: z.number().min(0).default(0),
  })
  .refine(
    (given) => given.failureShare + given.partialShare + given.unknownStatusShare + given.stuckShare <= 1,
    {
      message:
        'failureShare, partialShare, unknownStatusShare and stuckShare add up to more than 1: lower one',
    },
  )

/** How a simulated DataZone behaves, complete. */
export type Settings = Readonly<z.infer<typeof settingsSchema>>
/** The same with everything optional, as a caller gives it. */
export type SettingsInput = z.input<typeof settingsSchema>
