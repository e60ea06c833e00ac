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

/** A message's way past the open breakers. What it probes it may go on with, from GetAsset to Start. */
export interface Gate {
  /**
   * The breaker that stops the call, or undefined: go on, perhaps as its prober. What was read of the breakers up to two
   * seconds ago is believed, or, asked for the last time before the call, up to a fifth of a second.
   * @throws PortUnavailable when the breakers cannot be read: nothing is asked for on a guess
   */
  blockedBy(call: BlockedCall, request: BlockableRequest, isLastCheck?: boolean): Promise<Breaker | undefined>
  /** DataZone refused: from now on others need not ask. */
  refused(call: BlockedCall, cause: BreakerCause): Promise<void>
  /** DataZone's answer shows that what these breakers are about is no longer refused. */
  allowed(call: BlockedCall, reasons: readonly BreakerCause['reason'][]): Promise<void>
  /** The message is done. A probe that found out nothing is left to the next one. Does not throw when the store is out of reach. */
  leave(): Promise<void>
}

const freshMs = 2000
const lastCheckFreshMs = 200

interface Probe {
  readonly breaker: Breaker
  /** GetAsset was answered; where a GetAsset was refused, that is all there is to know. */
  readonly isAllowed: boolean
}

/** The breakers as an execution environment knows them. What it learns itself, all its messages know at once. */
export const breakerBoard = (breakers: Breakers, clock: Clock, pauses: ProbeBackoff): (() => Gate) => {
  let known: { readonly atMs: number; readonly open: Promise<readonly Breaker[]> } | undefined

  const read = (mostMs: number): Promise<readonly Breaker[]> => {
    const nowMs = clock.now()
    if (known === undefined || nowMs - known.atMs >= mostMs) {
      const open = breakers.openBreakers()
      known = { atMs: nowMs, open }
      // Whoever waits for it hears of it; the next message asks again.
      open.catch(() => {
        known = undefined
      })
    }
    return known.open
  }

  /** What this environment just did, without a read. */
  const learn = (cause: BreakerCause, now: Breaker | undefined) => {
    if (known === undefined) return
    const others = known.open.then((open) =>
      open.filter((other) => breakerName(other.cause) !== breakerName(cause)),
    )
    const open = now === undefined ? others : others.then((rest) => [...rest, now])
    open.catch(() => {})
    known = { atMs: known.atMs, open }
  }

  const close = async ({ cause, ...breaker }: Breaker) => {
    learn(cause, undefined)
    await breakers.close({ cause, ...breaker })
  }

  return () => {
    const probes = new Map<string, Probe>()

    /** Whether this message is the breaker's prober now. */
    const takeProbe = async (breaker: Breaker, nowMs: number): Promise<boolean> => {
      const next = startProbe(breaker, nowMs, pauses)
      const won = await breakers.replace(breaker, next)
      if (won) probes.set(breakerName(breaker.cause), { breaker: next, isAllowed: false })
      learn(breaker.cause, next)
      return won
    }

    const giveBack = async ({ breaker }: Probe) => {
      const next = returnProbe(breaker, clock.now())
      learn(breaker.cause, next)
      await breakers.replace(breaker, next)
    }

    return {
      async blockedBy(call, request, isLastCheck = false) {
        const open = await read(isLastCheck ? lastCheckFreshMs : freshMs)
        const stopping = open.filter(
          (breaker) => blocks(breaker, call, request) && !probes.has(breakerName(breaker.cause)),
        )
        // Whoever is stopped by another breaker all the same has no use for the probe of this one.
        const nowMs = clock.now()
        const closed = stopping.find(({ nextProbeAtMs }) => nowMs < nextProbeAtMs)
        if (closed !== undefined) return closed
        for (const breaker of stopping) if (!(await takeProbe(breaker, nowMs))) return breaker
        return undefined
      },

      async refused(call, cause) {
        const name = breakerName(cause)
        const probe = probes.get(name)
        probes.delete(name)
        if (probe !== undefined) {
          const next = failProbe(probe.breaker, call, clock.now(), pauses)
          learn(cause, next)
          await breakers.replace(probe.breaker, next)
          return
        }
        const open = await read(freshMs)
        if (open.some((other) => breakerName(other.cause) === name)) return
        const breaker = openBreaker(cause, call, clock.now(), pauses)
        learn(cause, breaker)
        await breakers.trip(breaker)
        // A read that was under way meanwhile may not have seen it.
        learn(cause, breaker)
      },

      async allowed(call, reasons) {
        for (const [name, probe] of probes) {
          if (!reasons.includes(probe.breaker.cause.reason)) continue
          if (call === 'GetAsset')
            probes.set(name, { ...probe, isAllowed: probe.breaker.call === 'GetAsset' })
          else {
            probes.delete(name)
            await close(probe.breaker)
          }
        }
      },

      async leave() {
        try {
          for (const probe of probes.values())
            await (probe.isAllowed ? close(probe.breaker) : giveBack(probe))
        } catch (error) {
          // The probe lapses by itself.
          if (!(error instanceof PortUnavailable)) throw error
        }
      },
    }
  }
}
