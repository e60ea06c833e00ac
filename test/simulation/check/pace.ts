import type { Outside } from '../outside.ts'
import type { Rule } from './rule.ts'

/** Starts a second that the deployment is configured for. */
const configured = 9.8
const windowMs = 2_000
/** A call is on its way for a moment. */
const latencyMs = 100
/** From a crowd's publishes until its last Start, retries included. */
const crowdMs = 900_000
/**
 * Of what the configured rate is over the limit, when DataZone allows fewer Starts than configured. Until the limit is found,
 * Starts come at the configured rate, and the share of them that is throttled is all of that excess; afterwards none is. So
 * half of the excess means that half of the Starts were sent before the limit was found. In 167 of 170 crowds it was 0.46 at
 * most, and up to 0.57 in the other three, which took a limit of 2 a second for chance (ADR 214).
 */
const mostOfExcess = 0.6
/** Of the Starts, when DataZone allows as many as configured. */
const mostThrottled = 0.2
/** Reading, resolving and claiming come before the first Start. */
const beginningMs = 2_000
/** Of the time that the configured rate takes. */
const unhurried = 1.25

/** In the calm calls take no time worth a mention, so Starts come to DataZone as they are paced. */
export const startsKeepTheRate: Rule = ({ starts, calmFromMs, skewMs }) => {
  const calm = starts.map(({ atMs }) => atMs).filter((atMs) => atMs > calmFromMs)
  const most = Math.ceil((configured * (windowMs + 2 * skewMs + latencyMs)) / 1000) + 1
  const first = calm.find((atMs, index) => (calm[index + most] ?? Number.POSITIVE_INFINITY) < atMs + windowMs)
  return first === undefined
    ? []
    : [`more than ${most} Starts in ${windowMs} ms from ${new Date(first).toISOString()}`]
}

/** Starters that meet a limit lower than configured find it, and do not keep running into it. */
export const throttlingSlowsStarts: Rule = ({ starts, bursts }) =>
  bursts.flatMap(({ fromMs, limit }) => {
    const near = starts.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + crowdMs)
    const share = near.filter(({ throttled }) => throttled).length / Math.max(1, near.length)
    const most = limit < configured ? mostOfExcess * (1 - limit / configured) : mostThrottled
    return share <= most ? [] : [`${Math.round(share * 100)}% of ${near.length} Starts were throttled`]
  })

/** The older API runs the types that it knows in a record of their own, which the next sweep releases. */
const splitMs = 90_000

const isSplit = ({ apiGeneration, scenario }: Outside): boolean =>
  apiGeneration === 'older' && scenario.sets.flat().some((type) => type !== 'BUSINESS_DESCRIPTIONS')

/** What was slowed down is at the configured rate again, once DataZone allows it. */
export const paceRecovers: Rule = (outside) =>
  outside.bursts.flatMap(({ fromMs, limit, size }) => {
    if (limit < configured) return []
    const paceMs = (unhurried * size * 1000) / configured
    const dueMs = fromMs + beginningMs + paceMs + 2 * outside.skewMs + (isSplit(outside) ? splitMs : 0)
    const inTime = outside.starts.filter(({ atMs }) => atMs >= fromMs && atMs < dueMs).length
    return inTime >= size ? [] : [`${inTime} of ${size} Starts in ${dueMs - fromMs} ms`]
  })
