import { type Pace, rateAt, slowDown } from '../../lib/run/pace.ts'
import { deployed } from '../simulation/deployed.ts'
import { seededRandom } from '../simulation/ports/random.ts'
import { t0 } from './runs.ts'

export const configuredRate = deployed.startRatePerSecond

interface DrivenStart {
  readonly atMs: number
  readonly rate: number
  readonly throttled: boolean
}

/**
 * Sends a Start in each slot until `untilMs` and returns the pace at each. `isThrottled` decides which Starts DataZone
 * throttles.
 */
export const driveStarts = (untilMs: number, isThrottled: (atMs: number) => boolean) => {
  let pace: Pace = { nextSlotMs: 0 }
  const starts: DrivenStart[] = []
  for (let atMs = t0; atMs < untilMs; ) {
    const throttled = isThrottled(atMs)
    if (throttled) pace = slowDown(pace, atMs, configuredRate)
    const rate = rateAt(pace, atMs, configuredRate)
    starts.push({ atMs, rate, throttled })
    atMs += 1000 / rate
  }
  return { pace, starts }
}

/** Throttling by chance: DataZone refuses 10% to 40% of all Starts, at any rate, for 30 s to 5 minutes. */
interface RandomThrottling {
  readonly isThrottled: (atMs: number) => boolean
  readonly endMs: number
}

export const randomThrottling = (seed: string): RandomThrottling => {
  const random = seededRandom(seed)
  const share = 0.1 + 0.3 * random.next()
  const endMs = t0 + random.whole(30, 300) * 1000
  return { endMs, isThrottled: (atMs) => atMs < endMs && random.chance(share) }
}

/** Any pace recovers within this time. */
const longestRecoveryMs = 6 * 60_000

/** Returns the seconds from the end of the throttling until the pace is back at 90% of the configured rate. */
export const recoverySeconds = ({ isThrottled, endMs }: RandomThrottling): number => {
  const { starts } = driveStarts(endMs + longestRecoveryMs, isThrottled)
  const back = starts.find(({ atMs, rate }) => atMs >= endMs && rate >= 0.9 * configuredRate)
  return ((back?.atMs ?? Number.POSITIVE_INFINITY) - endMs) / 1000
}
