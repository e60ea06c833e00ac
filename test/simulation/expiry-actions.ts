import type { Random } from './ports/random.ts'
import type { Action, SentRequest } from './program-action.ts'

/** An asset whose run ended so long ago that its record may expire, and which is requested once more. */
export const ancient = 'ancient'

const dayMs = 24 * 3_600_000

/**
 * In some seeds: a record past its TTL, several expiries of the table, and a request from the time of that record. `startMs`
 * is when the world begins.
 */
export const expiryActions = (
  random: Random,
  target: { readonly domainId: string; readonly projectId: string },
  stormMs: number,
  startMs: number,
): readonly { readonly atMs: number; readonly action: Action }[] => {
  if (!random.chance(0.12)) return []
  const expiries = Array.from({ length: random.whole(1, 6) }, () => random.whole(1, stormMs))
  const { domainId, projectId } = target
  const id = 'late-request'
  const body = JSON.stringify({
    version: 1,
    requestId: id,
    kind: 'METADATA_GENERATION',
    domainId,
    projectId,
    asset: { id: ancient, revision: '1' },
    requestedAt: new Date(startMs - random.whole(154, 400) * dayMs).toISOString(),
  })
  const request: SentRequest = {
    id,
    domainId,
    assetId: ancient,
    sets: [[]],
    regenerate: false,
    published: false,
  }
  return [
    { atMs: 0, action: { kind: 'plant-ancient', domainId, assetId: ancient } },
    ...expiries.map((atMs): { atMs: number; action: Action } => ({ atMs, action: { kind: 'expire' } })),
    { atMs: stormMs, action: { kind: 'expire' } },
    { atMs: random.whole(Math.min(...expiries), stormMs), action: { kind: 'send', body, request } },
  ]
}
