import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'
import type { Scenario } from './scenario.ts'
import { sendRequest } from './send-request.ts'

/** Assets that no event publishes, so that only a backfill or a live request runs them. */
export const oldAssets: readonly string[] = Array.from({ length: 3 }, (_, index) => `old${index + 1}`)

const minute = 60_000

interface TimedAction {
  readonly atMs: number
  readonly action: Action
}

/**
 * Draws a backfill in one seed of seven, and in every seed with caps: a few old assets at once, with or without their
 * revision, some of them twice, and some with a live request just before or after.
 */
export const drawBackfill = (
  random: Random,
  where: { readonly domainId: string; readonly projectId: string; readonly stormMs: number },
  scenario: Scenario,
): readonly TimedAction[] => {
  if (scenario.caps.length === 0 && random.chance(0.85)) return []
  const { domainId, projectId, stormMs } = where
  const beginsMs = random.whole(0, stormMs)
  const send = (atMs: number, id: string, assetId: string, isBackfill: boolean): TimedAction => {
    const revision = random.chance(0.5) ? '1' : undefined
    const asked = {
      id,
      assetId,
      sets: scenario.sets,
      regenerate: false,
      ...(revision === undefined ? {} : { revision }),
      ...(isBackfill ? { backfill: true as const } : {}),
    }
    return { atMs, action: sendRequest({ domainId, projectId }, asked) }
  }
  return oldAssets.slice(0, random.whole(1, oldAssets.length)).flatMap((assetId, index) => {
    const atMs = Math.min(stormMs, beginsMs + random.whole(0, 2_000))
    const first = send(atMs, `backfill-${index}`, assetId, true)
    const near = atMs + random.whole(-1_000, 2 * minute)
    return [
      first,
      ...(random.chance(0.2) ? [{ ...first, atMs: Math.min(stormMs, atMs + random.whole(0, minute)) }] : []),
      ...(random.chance(0.25)
        ? [send(Math.max(0, Math.min(stormMs, near)), `live-${index}`, assetId, false)]
        : []),
    ]
  })
}
