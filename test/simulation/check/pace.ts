import type { Outside } from '../outside.ts'
import type { Rule } from './rule.ts'

/** The rate that the deployment is configured for, in Starts a second. */
const configuredRate = 9.8
const windowMs = 2_000
/** How long a Start is on its way. */
const latencyMs = 100
/** From the publishes of a burst to its last Start, retries included. */
const burstMs = 900_000
/**
 * The greatest share of throttled Starts where DataZone allows fewer than configured, as a part of the excess of the
 * configured rate. Until the starters find the limit, they send Starts at the configured rate, and the throttled share is
 * all of the excess; afterwards no Start is throttled. So half of the excess means that half of the Starts were sent before
 * the limit was found. In 167 of 170 bursts the part was at most 0.46, and up to 0.57 in the other three, where the
 * starters took a limit of 2 a second for chance (ADR 214).
 */
const mostOfExcess = 0.6
/** The greatest share of throttled Starts where DataZone allows as many as configured. */
const mostThrottled = 0.2
/** The time to read, resolve and claim before the first Start. */
const beginningMs = 2_000
/** The longest time for a burst, as a multiple of the time that it takes at the configured rate. */
const mostSlowdown = 1.25

/** P7: in the calm, where calls take almost no time, Starts arrive at DataZone no faster than the configured rate. */
export const startsKeepTheRate: Rule = ({ starts, calmFromMs, skewMs }) => {
  const calm = starts.map(({ atMs }) => atMs).filter((atMs) => atMs > calmFromMs)
  const most = Math.ceil((configuredRate * (windowMs + 2 * skewMs + latencyMs)) / 1000) + 1
  const first = calm.find((atMs, index) => (calm[index + most] ?? Number.POSITIVE_INFINITY) < atMs + windowMs)
  return first === undefined
    ? []
    : [`more than ${most} Starts in ${windowMs} ms from ${new Date(first).toISOString()}`]
}

/** P7: starters find a limit that is lower than the configured rate, and do not keep exceeding it. */
export const throttlingSlowsStarts: Rule = ({ starts, bursts }) =>
  bursts.flatMap(({ fromMs, limit }) => {
    const near = starts.filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + burstMs)
    const share = near.filter(({ throttled }) => throttled).length / Math.max(1, near.length)
    const most = limit < configuredRate ? mostOfExcess * (1 - limit / configuredRate) : mostThrottled
    return share <= most ? [] : [`${Math.round(share * 100)}% of ${near.length} Starts were throttled`]
  })

/** With the older API, the types that it knows get a record of their own, which the next sweep releases. */
const splitMs = 90_000

const isSplit = ({ apiGeneration, scenario }: Outside): boolean =>
  apiGeneration === 'older' && scenario.sets.flat().some((type) => type !== 'BUSINESS_DESCRIPTIONS')

/** P7: Starts return to the configured rate once DataZone allows it. */
export const paceRecovers: Rule = (outside) =>
  outside.bursts.flatMap(({ fromMs, limit, size }) => {
    if (limit < configuredRate) return []
    const paceMs = (mostSlowdown * size * 1000) / configuredRate
    const dueMs = fromMs + beginningMs + paceMs + 2 * outside.skewMs + (isSplit(outside) ? splitMs : 0)
    const inTime = outside.starts.filter(({ atMs }) => atMs >= fromMs && atMs < dueMs).length
    return inTime >= size ? [] : [`only ${inTime} of ${size} Starts were sent within ${dueMs - fromMs} ms`]
  })
