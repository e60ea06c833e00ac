import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'

/** Assets that are published while DataZone refuses List. */
export const unlistedAssets: readonly string[] = Array.from(
  { length: 12 },
  (_, index) => `unlisted${index + 1}`,
)

const minute = 60_000

/**
 * In some seeds, in the calm: DataZone refuses List for a quarter of an hour, while Get answers. Meanwhile more assets are
 * published than a sweep chooses to read with one Get each.
 */
export const refusedListActions = (
  random: Random,
  { stormMs }: { readonly stormMs: number },
  published: (assetId: string) => Action,
): readonly { readonly atMs: number; readonly action: Action }[] => {
  if (!random.chance(0.04)) return []
  const atMs = stormMs + 130 * minute
  const error = random.pick([
    'ThrottlingException',
    'AccessDeniedException',
    'InternalServerException',
  ] as const)
  const refused = { kind: 'error', error, operation: 'ListMetadataGenerationRuns' } as const
  return [
    { atMs: atMs - 1, action: { kind: 'faults', name: 'lists', faults: [refused] } },
    ...unlistedAssets.map((assetId) => ({ atMs: atMs + random.whole(0, 5_000), action: published(assetId) })),
    { atMs: atMs + 15 * minute, action: { kind: 'faults', name: 'lists', faults: [] } },
  ]
}
