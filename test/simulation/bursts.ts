import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'

/** Many publishes at once, when it is calm: the first under a limit on Start that is lower than believed. */
export interface Burst {
  readonly atMs: number
  readonly assets: readonly string[]
  /** Starts a second that DataZone allows from a second before, and its bucket. */
  readonly limit: { readonly startRatePerSecond: number; readonly startBucket: number }
}

const minute = 60_000
const crowdSize = 40

const assetsNamed = (name: string) => Array.from({ length: crowdSize }, (_, index) => `${name}${index + 1}`)

/** In one seed of ten: a crowd that the limit is too low for, and one half an hour later when it is as documented. */
export const drawBursts = (random: Random, stormMs: number): readonly Burst[] => {
  if (!random.chance(0.1)) return []
  const atMs = stormMs + 90 * minute
  return [
    { atMs, assets: assetsNamed('crowd'), limit: { startRatePerSecond: random.whole(2, 6), startBucket: 5 } },
    {
      atMs: atMs + 30 * minute,
      assets: assetsNamed('later'),
      limit: { startRatePerSecond: 10, startBucket: 10 },
    },
  ]
}

/** What becomes of the limit, and a publish of each asset. */
export const burstActions = (
  crowds: readonly Burst[],
  published: (assetId: string) => Action,
): readonly { readonly atMs: number; readonly deed: Action }[] =>
  crowds.flatMap(({ atMs, limit, assets }) => [
    { atMs: atMs - 1_000, deed: { kind: 'limit', ...limit } },
    ...assets.map((assetId) => ({ atMs, deed: published(assetId) })),
  ])
