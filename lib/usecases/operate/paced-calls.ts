import type { Clock } from '../../ports/clock.ts'
import type { Answer, Refusal } from '../../ports/datazone.ts'
import { backoffSeconds } from '../../run/backoff.ts'

/** SearchListings has the lowest of the published quotas of the reads here: 16 calls a second. */
const callsPerSecond = 16

const maxTries = 6

const passesByItself = ({ kind }: Refusal): boolean => kind === 'THROTTLED' || kind === 'UNAVAILABLE'

/** Receives the refusal for which a call is repeated, and how many tries of how many were made. */
export type OnRepeat = (refusal: Refusal, tries: number, ofTries: number) => void

/**
 * Returns a function that makes at most `callsPerSecond` calls, all callers together, and repeats a call that was throttled
 * or met an outage. Any other refusal is returned.
 */
export const pacedCalls = (clock: Clock, onRepeat: OnRepeat = () => {}) => {
  let nextMs = 0
  let made = 0
  const slot = async (): Promise<void> => {
    const atMs = Math.max(clock.now(), nextMs)
    nextMs = atMs + 1000 / callsPerSecond
    await clock.sleepUntil(atMs)
  }
  return {
    /** How many calls were made. */
    made: () => made,
    call: async <T>(send: () => Promise<Answer<T>>): Promise<Answer<T>> => {
      for (let tries = 1; ; tries += 1) {
        await slot()
        made += 1
        const answer = await send()
        if (answer.outcome === 'answered' || !passesByItself(answer.refusal) || tries >= maxTries)
          return answer
        onRepeat(answer.refusal, tries, maxTries)
        await clock.sleepUntil(clock.now() + backoffSeconds(tries, clock.random()) * 1000)
      }
    },
  }
}

export type PacedCalls = ReturnType<typeof pacedCalls>
