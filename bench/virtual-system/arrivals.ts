import type { VirtualTime } from '../../test/simulation/ports/clock.ts'
import type { Random } from '../../test/simulation/ports/random.ts'
import { assetId, type Case, domainId, projectId } from './case.ts'

const bodyOf = (number: number): string =>
  JSON.stringify({
    version: 1,
    requestId: `request-${number}`,
    kind: 'METADATA_GENERATION',
    domainId,
    projectId,
    asset: { id: assetId(number) },
  })

/**
 * Schedules a case's requests, each at a random moment of its interval: at even distances, the sweep would meet every run
 * at the same age. Returns when each asset is requested, in ms since the epoch, by asset id.
 */
export const scheduleRequests = (
  { runs, everyMs }: Case,
  send: (body: string) => void,
  time: VirtualTime,
  random: Random,
): ReadonlyMap<string, number> => {
  const startMs = time.now()
  const requestedAtMs = new Map<string, number>()
  for (let number = 0; number < runs; number += 1) {
    const atMs = startMs + number * everyMs + random.whole(0, everyMs)
    requestedAtMs.set(assetId(number), atMs)
    time.at(atMs, () => send(bodyOf(number)))
  }
  return requestedAtMs
}
