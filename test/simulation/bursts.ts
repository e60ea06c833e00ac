import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'

/** Many publishes at once, in the calm. */
export interface Burst {
  readonly atMs: number
  readonly assets: readonly string[]
  /** The rate and the bucket of Starts that DataZone allows, from a second before the publishes. */
  readonly limit: { readonly startRatePerSecond: number; readonly startBucket: number }
}

const minute = 60_000
const burstSize = 35

const assetsNamed = (name: string) => Array.from({ length: burstSize }, (_, index) => `${name}${index + 1}`)

/** Draws bursts in one seed of thirty: one under too low a limit, and one half an hour later under the documented limit. */
export const drawBursts = (random: Random, stormMs: number): readonly Burst[] => {
  if (!random.chance(0.03)) return []
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

/** Returns the change of the limit, and a publish of each asset. */
export const burstActions = (
  bursts: readonly Burst[],
  published: (assetId: string) => Action,
): readonly { readonly atMs: number; readonly action: Action }[] =>
  bursts.flatMap(({ atMs, limit, assets }) => [
    { atMs: atMs - 1_000, action: { kind: 'limit', ...limit } },
    ...assets.map((assetId) => ({ atMs, action: published(assetId) })),
  ])
