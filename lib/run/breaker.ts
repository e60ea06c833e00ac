import { typesToRun } from './identity.ts'
import { type ClaimedRun, type GenerationType, isResolved, type ParkedRun, type Run } from './run.ts'

/** What DataZone refuses to every request of a kind, for now. */
export type BreakerCause =
  /** 402: the month's quota of one of these types is used up. The answer does not say which one. */
  | { readonly reason: 'QUOTA_EXCEEDED'; readonly types: readonly GenerationType[] }
  /** 401, 403: our role is not a member of the project, or not yet. */
  | { readonly reason: 'DENIED'; readonly domainId: string; readonly projectId: string }

/** The calls that a breaker blocks. */
export type BlockedCall = 'GetAsset' | 'Start'

/** An open circuit breaker: only one prober at a time may call. A closed breaker has no record. */
export interface Breaker {
  readonly cause: BreakerCause
  /** The call that was refused last. Only a successful Start closes a breaker that a Start opened. */
  readonly call: BlockedCall
  readonly openedAtMs: number
  readonly probes: number
  /** When the next prober may call. While a probe is in progress: when the prober counts as crashed. */
  readonly nextProbeAtMs: number
}

/** The part of a request that decides whether a breaker blocks it. */
export type BlockableRequest = Pick<Run, 'subject' | 'onlyTypes' | 'projectId'>

/** When to probe. Durations in ms. */
export interface ProbeBackoff {
  /** Until the first probe. A minute, because new memberships take about that long to work. */
  readonly firstMs: number
  /** Each pause is twice the one before, up to this. */
  readonly maxMs: number
  /** How long a probe can take. */
  readonly leaseMs: number
  /** Between two probes of a full quota, which may be raised, or be full for less than the month. */
  readonly quotaProbeMs: number
}

/** The name of a cause: the item's sort key, and what operators type. */
export const breakerName = (cause: BreakerCause): string =>
  cause.reason === 'QUOTA_EXCEEDED'
    ? `QUOTA_EXCEEDED#${cause.types.join('+')}`
    : `DENIED#${cause.domainId}#${cause.projectId}`

/** When the next month begins, in UTC. */
export const nextMonthMs = (nowMs: number): number => {
  const now = new Date(nowMs)
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
}

/** DataZone's month may begin this much after ours, so a refusal in between may be about the old month. */
const monthTurnsWithinMs = 10 * 60_000

const pauseMs = (probes: number, { firstMs, maxMs }: ProbeBackoff): number =>
  Math.min(maxMs, firstMs * 2 ** probes)

/** A full quota is probed when the month ends, and every `quotaProbeMs` until then. */
const afterRefusalMs = (cause: BreakerCause, probes: number, nowMs: number, pauses: ProbeBackoff): number => {
  const pausedMs = nowMs + pauseMs(probes, pauses)
  if (cause.reason === 'DENIED') return pausedMs
  return Math.max(pausedMs, Math.min(nextMonthMs(nowMs - monthTurnsWithinMs), nowMs + pauses.quotaProbeMs))
}

/** The breaker that a refusal opens. */
export const openBreaker = (
  cause: BreakerCause,
  call: BlockedCall,
  nowMs: number,
  pauses: ProbeBackoff,
): Breaker => ({
  cause,
  call,
  openedAtMs: nowMs,
  probes: 0,
  nextProbeAtMs: afterRefusalMs(cause, 0, nowMs, pauses),
})

/** The breaker while a prober calls: no other prober does before the pause is over. */
export const startProbe = (breaker: Breaker, nowMs: number, pauses: ProbeBackoff): Breaker => ({
  ...breaker,
  probes: breaker.probes + 1,
  nextProbeAtMs: nowMs + Math.max(pauses.leaseMs, pauseMs(breaker.probes + 1, pauses)),
})

/** The breaker after its prober was refused. */
export const failProbe = (
  breaker: Breaker,
  call: BlockedCall,
  nowMs: number,
  pauses: ProbeBackoff,
): Breaker => ({
  ...breaker,
  call,
  nextProbeAtMs: Math.max(
    breaker.nextProbeAtMs,
    afterRefusalMs(breaker.cause, breaker.probes, nowMs, pauses),
  ),
})

/** The breaker after a probe without a result: the next prober may call at once. */
export const returnProbe = (breaker: Breaker, nowMs: number): Breaker => ({
  ...breaker,
  probes: breaker.probes - 1,
  nextProbeAtMs: nowMs,
})

/**
 * Whether a breaker blocks a call. A quota that refused a set of types refuses each set that includes it; other sets may
 * pass. A monthly quota limits neither GetAsset nor data sources, whose quota is per day.
 */
export const blocks = ({ cause }: Breaker, call: BlockedCall, request: BlockableRequest): boolean => {
  switch (cause.reason) {
    case 'QUOTA_EXCEEDED':
      return (
        call === 'Start' &&
        request.subject.kind === 'METADATA_GENERATION' &&
        cause.types.every((type) => typesToRun(request).includes(type))
      )
    case 'DENIED':
      return request.subject.domainId === cause.domainId && request.projectId === cause.projectId
    default:
      return cause satisfies never
  }
}

/**
 * The open breakers that block a waiting record. A full quota does not block a record with an open Start: List finds out
 * what became of that Start, and nothing is started.
 */
export const breakersBlocking = (
  run: ParkedRun | ClaimedRun,
  breakers: readonly Breaker[],
): readonly Breaker[] => {
  const isOpen = run.state === 'CLAIMED' || run.earlierStart !== undefined
  const call = isResolved(run.subject) ? 'Start' : 'GetAsset'
  return breakers.filter(
    (breaker) => blocks(breaker, call, run) && !(isOpen && breaker.cause.reason === 'QUOTA_EXCEEDED'),
  )
}
