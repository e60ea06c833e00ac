import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'

/** An asset that a user runs in the portal, just before our Start. The answers to our Starts are lost. */
export const sharedAsset = 'shared'

const minute = 60_000

interface TimedAction {
  readonly atMs: number
  readonly action: Action
}

/**
 * In some seeds, in the last quarter of an hour of the storm: a run in the portal that List shows with an unreadable time,
 * a publish of the same asset, and every answer to its Start lost for longer than DataZone remembers a token. After that,
 * only List can show which run is ours.
 */
export const lostAnswerActions = (
  random: Random,
  { domainId, stormMs }: { readonly domainId: string; readonly stormMs: number },
  published: (assetId: string) => Action,
): readonly TimedAction[] => {
  if (stormMs < 18 * minute || !random.chance(0.5)) return []
  const atMs = stormMs - 16 * minute
  const lost = { kind: 'lostAnswer', operation: 'StartMetadataGenerationRun', target: sharedAsset } as const
  return [
    { atMs, action: { kind: 'portal-start', domainId, assetId: sharedAsset, isUnreadable: true } },
    { atMs: atMs + 1, action: { kind: 'faults', name: 'lost answers', faults: [lost] } },
    { atMs: atMs + 2 * minute, action: published(sharedAsset) },
    { atMs: stormMs, action: { kind: 'faults', name: 'lost answers', faults: [] } },
  ]
}
