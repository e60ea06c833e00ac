import type { Answer } from '../../ports/datazone.ts'
import { hasStaleCredentials } from './classify.ts'

/** How often a call is sent while DataZone refuses its signature or credentials as too old. */
const maxSends = 3

/** Sends a call, and sends it again at once while only its signature or credentials were too old. */
export const signAnew = async <T>(sendOnce: () => Promise<Answer<T>>): Promise<Answer<T>> => {
  for (let sends = 1; ; sends += 1) {
    const result = await sendOnce()
    const isStale = result.outcome === 'refused' && hasStaleCredentials(result.refusal)
    if (!isStale || sends >= maxSends) return result
  }
}
