import { PortUnavailable } from '../../errors.ts'
import type { Breakers } from '../../ports/breakers.ts'
import type { Clock } from '../../ports/clock.ts'
import {
  type BlockableRequest,
  type BlockedCall,
  type Breaker,
  type BreakerCause,
  blocks,
  breakerName,
  failProbe,
  openBreaker,
  type ProbeBackoff,
  returnProbe,
  startProbe,
} from '../../run/breaker.ts'
import { type BreakerCache, breakerCache } from './breaker-cache.ts'

/** One message's view of the circuit breakers. A message that probes a breaker keeps the probe from GetAsset to Start. */
export interface Gate {
  /**
   * Returns the breaker that blocks the call, or undefined when the call may be sent, perhaps as the breaker's prober.
   * Uses breakers that were read up to two seconds ago; for the last check before a Start, a fifth of a second.
   * @throws PortUnavailable when the breakers cannot be read: no call is sent on a guess
   */
  blockedBy(call: BlockedCall, request: BlockableRequest, isLastCheck?: boolean): Promise<Breaker | undefined>
  /** Opens a breaker, or fails its probe, because DataZone refused a call. */
  refused(call: BlockedCall, cause: BreakerCause): Promise<void>
  /** Closes the breakers for these reasons that this message probes, because DataZone answered the call. */
  allowed(call: BlockedCall, reasons: readonly BreakerCause['reason'][]): Promise<void>
  /** Ends the message and returns a probe without a result. Does not throw when the table does not answer. */
  leave(): Promise<void>
}

const maxAgeMs = 2000
const lastCheckMaxAgeMs = 200

interface Probe {
  readonly breaker: Breaker
  /** GetAsset was answered, which settles a breaker that a GetAsset opened. */
  readonly isAllowed: boolean
}

/** What a gate works with; `probes` by breaker name. */
interface GateParts {
  readonly breakers: Breakers
  readonly cache: BreakerCache
  readonly clock: Clock
  readonly backoff: ProbeBackoff
  readonly probes: Map<string, Probe>
}

/** Tries to become the breaker's prober. Returns whether this message is. */
const takeProbe = async (
  breaker: Breaker,
  nowMs: number,
  { breakers, cache, backoff, probes }: GateParts,
): Promise<boolean> => {
  const next = startProbe(breaker, nowMs, backoff)
  const won = await breakers.replace(breaker, next)
  if (won) probes.set(breakerName(breaker.cause), { breaker: next, isAllowed: false })
  cache.learn(breaker.cause, next)
  return won
}

const blockedBy = async (
  call: BlockedCall,
  request: BlockableRequest,
  isLastCheck: boolean,
  parts: GateParts,
): Promise<Breaker | undefined> => {
  const open = await parts.cache.read(isLastCheck ? lastCheckMaxAgeMs : maxAgeMs)
  const blocking = open.filter(
    (breaker) => blocks(breaker, call, request) && !parts.probes.has(breakerName(breaker.cause)),
  )
  // A message that another breaker blocks anyway must not take the probe of this one.
  const nowMs = parts.clock.now()
  const closed = blocking.find(({ nextProbeAtMs }) => nowMs < nextProbeAtMs)
  if (closed !== undefined) return closed
  for (const breaker of blocking) if (!(await takeProbe(breaker, nowMs, parts))) return breaker
  return undefined
}

const recordRefusal = async (call: BlockedCall, cause: BreakerCause, parts: GateParts): Promise<void> => {
  const { breakers, cache, clock, backoff, probes } = parts
  const name = breakerName(cause)
  const probe = probes.get(name)
  probes.delete(name)
  if (probe !== undefined) {
    const next = failProbe(probe.breaker, call, clock.now(), backoff)
    cache.learn(cause, next)
    await breakers.replace(probe.breaker, next)
    return
  }
  const open = await cache.read(maxAgeMs)
  if (open.some((other) => breakerName(other.cause) === name)) return
  const breaker = openBreaker(cause, call, clock.now(), backoff)
  cache.learn(cause, breaker)
  await breakers.trip(breaker)
  // A read that overlapped the write may not have seen the breaker.
  cache.learn(cause, breaker)
}

const close = async (breaker: Breaker, { breakers, cache }: GateParts): Promise<void> => {
  cache.learn(breaker.cause, undefined)
  await breakers.close(breaker)
}

const returnUnused = async ({ breaker }: Probe, { breakers, cache, clock }: GateParts): Promise<void> => {
  const next = returnProbe(breaker, clock.now())
  cache.learn(breaker.cause, next)
  await breakers.replace(breaker, next)
}

const recordSuccess = async (
  call: BlockedCall,
  reasons: readonly BreakerCause['reason'][],
  parts: GateParts,
): Promise<void> => {
  for (const [name, probe] of parts.probes) {
    if (!reasons.includes(probe.breaker.cause.reason)) continue
    if (call === 'GetAsset') {
      parts.probes.set(name, { ...probe, isAllowed: probe.breaker.call === 'GetAsset' })
    } else {
      parts.probes.delete(name)
      await close(probe.breaker, parts)
    }
  }
}

const leave = async (parts: GateParts): Promise<void> => {
  try {
    for (const probe of parts.probes.values())
      await (probe.isAllowed ? close(probe.breaker, parts) : returnUnused(probe, parts))
  } catch (error) {
    // The probe's own lease ends it.
    if (!(error instanceof PortUnavailable)) throw error
  }
}

/** Returns a function that makes one gate per message. The gates of an execution environment share what they learn. */
export const breakerGates = (breakers: Breakers, clock: Clock, backoff: ProbeBackoff): (() => Gate) => {
  const cache = breakerCache(breakers, clock)
  return () => {
    const parts: GateParts = { breakers, cache, clock, backoff, probes: new Map() }
    return {
      blockedBy: (call, request, isLastCheck = false) => blockedBy(call, request, isLastCheck, parts),
      refused: (call, cause) => recordRefusal(call, cause, parts),
      allowed: (call, reasons) => recordSuccess(call, reasons, parts),
      leave: () => leave(parts),
    }
  }
}
