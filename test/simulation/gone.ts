import type { Random } from './ports/random.ts'
import type { Deed } from './program.ts'
import { sendRequest } from './send-request.ts'

/** Assets whose runs DataZone forgets, as when their project is deleted: so many that it looks like an outage. */
export const gone = ['gone1', 'gone2', 'gone3', 'gone4', 'gone5', 'gone6']

const minute = 60_000
/** A deadline of half an hour, the day after it, and what else it takes. */
const untilGivenUpMs = 26 * 60 * minute

/** In some seeds, when it is calm: runs that are going, and then nobody finds them any more. */
export const goneDeeds = (
  random: Random,
  { domainId, projectId, stormMs }: { domainId: string; projectId: string; stormMs: number },
): readonly { readonly atMs: number; readonly deed: Deed }[] => {
  if (!random.chance(0.04)) return []
  const atMs = stormMs + 110 * minute
  const types = ['BUSINESS_DESCRIPTIONS']
  const asked = (assetId: string): Deed => {
    const id = `request-${assetId}`
    return sendRequest({ domainId, projectId }, { id, assetId, sets: [types], regenerate: false }, types)
  }
  return [
    { atMs: atMs - 1, deed: { kind: 'run-for-ever', assetIds: gone } },
    ...gone.map((assetId) => ({ atMs: atMs + random.whole(0, minute), deed: asked(assetId) })),
    { atMs: atMs + random.whole(2, 20) * minute, deed: { kind: 'forget-runs', assetIds: gone } },
    // Time goes on.
    { atMs: atMs + untilGivenUpMs, deed: { kind: 'expire' } },
  ]
}
