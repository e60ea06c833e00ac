import type { Random } from './ports/random.ts'
import type { Action } from './program-action.ts'
import { sendRequest } from './send-request.ts'

/** Assets whose runs DataZone forgets, as when their project is deleted: enough of them to look like an outage. */
export const assetsOfLostRuns = ['gone1', 'gone2', 'gone3', 'gone4', 'gone5', 'gone6']

const minute = 60_000
/** A deadline of half an hour, the day after it, and some sweeps. */
const untilGivenUpMs = 26 * 60 * minute

/** In some seeds, in the calm: DataZone forgets active runs. */
export const lostRunActions = (
  random: Random,
  { domainId, projectId, stormMs }: { domainId: string; projectId: string; stormMs: number },
): readonly { readonly atMs: number; readonly action: Action }[] => {
  if (!random.chance(0.025)) return []
  const atMs = stormMs + 110 * minute
  const types = ['BUSINESS_DESCRIPTIONS']
  const asked = (assetId: string): Action => {
    const id = `request-${assetId}`
    return sendRequest({ domainId, projectId }, { id, assetId, sets: [types], regenerate: false }, types)
  }
  return [
    { atMs: atMs - 1, action: { kind: 'run-forever', assetIds: assetsOfLostRuns } },
    ...assetsOfLostRuns.map((assetId) => ({ atMs: atMs + random.whole(0, minute), action: asked(assetId) })),
    {
      atMs: atMs + random.whole(2, 20) * minute,
      action: { kind: 'forget-runs', assetIds: assetsOfLostRuns },
    },
    // Extends the world until then.
    { atMs: atMs + untilGivenUpMs, action: { kind: 'expire' } },
  ]
}
