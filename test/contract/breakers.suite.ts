import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PortUnavailable } from '../../lib/errors.ts'
import type { Breakers } from '../../lib/ports/breakers.ts'
import {
  type BreakerCause,
  openBreaker,
  type ProbeBackoff,
  returnProbe,
  startProbe,
} from '../../lib/run/breaker.ts'
import { minute, second, t0 } from '../support/runs.ts'

/** Breakers under test, none open. */
export interface OpenBreakers {
  /** The breakers as one more starter sees them. */
  client(): Breakers
  /** From now on the store behind them cannot answer. */
  unplug(): void
  close(): Promise<void>
}

const pauses: ProbeBackoff = { firstMs: minute, maxMs: 15 * minute, leaseMs: minute }

const denied: BreakerCause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' }
const full: BreakerCause = { reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] }

/** What every Breakers does. */
export const breakersContract = (name: string, open: () => Promise<OpenBreakers>): void => {
  describe(`Breakers: ${name}`, () => {
    let under: OpenBreakers
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    it('shows what is open to every starter, until it is closed', async () => {
      const [one, other] = [under.client(), under.client()]
      expect(await other.open()).toEqual([])
      await one.trip(openBreaker(denied, 'Start', t0, pauses))
      await one.trip(openBreaker(full, 'Start', t0, pauses))
      const shown = await other.open()
      expect(shown).toHaveLength(2)
      expect(shown).toEqual(
        expect.arrayContaining([
          openBreaker(denied, 'Start', t0, pauses),
          openBreaker(full, 'Start', t0, pauses),
        ]),
      )
      await other.close(openBreaker(denied, 'Start', t0, pauses))
      expect(await one.open()).toEqual([openBreaker(full, 'Start', t0, pauses)])
    })

    it('the first to be refused sets the times', async () => {
      await under.client().trip(openBreaker(denied, 'Start', t0, pauses))
      await under.client().trip(openBreaker(denied, 'Start', t0 + minute, pauses))
      expect(await under.client().open()).toEqual([openBreaker(denied, 'Start', t0, pauses)])
    })

    it('P7: of several that would probe, one does', async () => {
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      await under.client().trip(breaker)
      const won = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          under.client().change(breaker, startProbe(breaker, t0 + minute + index, pauses)),
        ),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await under.client().open()).toMatchObject([{ openedAtMs: t0, probes: 1 }])
    })

    it("a probe that is given back is the next one's, and its prober has no part in it any more", async () => {
      const client = under.client()
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      await client.trip(breaker)
      const mine = startProbe(breaker, t0 + minute, pauses)
      expect(await client.change(breaker, mine)).toBe(true)
      const free = returnProbe(mine, t0 + minute + second)
      expect(await client.change(mine, free)).toBe(true)
      expect(await client.open()).toEqual([free])
      expect(await client.change(mine, startProbe(mine, t0 + 2 * minute, pauses))).toBe(false)
      expect(await client.change(free, startProbe(free, t0 + 2 * minute, pauses))).toBe(true)
    })

    it('what is closed cannot be probed, and a late prober does not close what was opened anew', async () => {
      const client = under.client()
      const first = openBreaker(denied, 'Start', t0, pauses)
      expect(await client.change(first, startProbe(first, t0, pauses))).toBe(false)
      const anew = openBreaker(denied, 'Start', t0 + minute, pauses)
      await client.trip(anew)
      await client.close(first)
      expect(await client.open()).toEqual([anew])
    })

    it('throws when its store cannot answer', async () => {
      const client = under.client()
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      under.unplug()
      await expect(client.open()).rejects.toThrow(PortUnavailable)
      await expect(client.trip(breaker)).rejects.toThrow(PortUnavailable)
      await expect(client.change(breaker, startProbe(breaker, t0, pauses))).rejects.toThrow(PortUnavailable)
      await expect(client.close(breaker)).rejects.toThrow(PortUnavailable)
    })
  })
}
