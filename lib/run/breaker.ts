import { typesToRun } from './identity.ts'
import { type ClaimedRun, type GenerationType, isResolved, type ParkedRun, type Run } from './run.ts'

/** What DataZone refuses for now, whoever asks. */
export type BreakerCause =
  /** 402: the month's quota of one of these types is used up; of which one, the answer does not say. */
  | { readonly reason: 'QUOTA_EXCEEDED'; readonly types: readonly GenerationType[] }
  /** 401, 403: our role is no member of the project, or not yet. */
  | { readonly reason: 'DENIED'; readonly domainId: string; readonly projectId: string }

/** The calls that a breaker stops. */
export type BlockedCall = 'GetAsset' | 'Start'

/** An open breaker: what it is about is not asked for, but by one prober at a time. Closed ones do not exist. */
export interface Breaker {
  readonly cause: BreakerCause
  /** Which call was refused last. Only a Start proves that a refused Start is allowed again. */
  readonly call: BlockedCall
  readonly openedAtMs: number
  readonly probes: number
  /** From then on one prober may go; while one does, when somebody else may, because that one must have died. */
  readonly nextProbeAtMs: number
}

/** What a breaker may stop. */
export type BlockableRequest = Pick<Run, 'subject' | 'onlyTypes' | 'projectId'>

/** When to probe, in ms. */
export interface ProbeBackoff {
  /** Until the first probe: a minute, because permissions of a new deployment heal by themselves. */
  readonly firstMs: number
  /** Each pause is twice the one before, but no longer than this. */
  readonly maxMs: number
  /** Whoever probes is over after this long. */
  readonly leaseMs: number
}

/** One name for one cause. It is the item's sort key, which operators type. */
export const breakerName = (cause: BreakerCause): string =>
  cause.reason === 'QUOTA_EXCEEDED'
    ? `QUOTA_EXCEEDED#${cause.types.join('+')}`
    : `DENIED#${cause.domainId}#${cause.projectId}`

/** The turn of the month, UTC. */
export const nextMonthMs = (nowMs: number): number => {
  const now = new Date(nowMs)
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
}

/** DataZone's month may turn this much after ours. What it refuses in between, it may refuse for the old month. */
const monthTurnsWithinMs = 10 * 60_000

const pauseMs = (probes: number, { firstMs, maxMs }: ProbeBackoff): number =>
  Math.min(maxMs, firstMs * 2 ** probes)

/** A quota is not probed before the month turns; an operator who had it raised closes the breaker. */
const afterRefusalMs = (cause: BreakerCause, probes: number, nowMs: number, pauses: ProbeBackoff): number => {
  const pausedMs = nowMs + pauseMs(probes, pauses)
  return cause.reason === 'DENIED' ? pausedMs : Math.max(pausedMs, nextMonthMs(nowMs - monthTurnsWithinMs))
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

/** The breaker while a prober tests it: nobody else does before the pause is over. */
export const startProbe = (breaker: Breaker, nowMs: number, pauses: ProbeBackoff): Breaker => ({
  ...breaker,
  probes: breaker.probes + 1,
  nextProbeAtMs: nowMs + Math.max(pauses.leaseMs, pauseMs(breaker.probes + 1, pauses)),
})

/** The breaker once its prober was refused. */
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

/** The breaker once its prober found out nothing: it is the next one's turn. */
export const returnProbe = (breaker: Breaker, nowMs: number): Breaker => ({
  ...breaker,
  probes: breaker.probes - 1,
  nextProbeAtMs: nowMs,
})

/**
 * Whether a call is one that the breaker is about. A quota that refused a set of types refuses every set that holds it,
 * and nothing is known of the others. It is no matter for GetAsset, nor for data sources, whose quota is one of days.
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
 * The open breakers that keep a waiting record in the table. A full quota does not keep one behind which a Start is
 * open: List is to tell what became of that Start, and nothing is asked for.
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
