import { afterEach, beforeEach, describe, expect, test } from 'vitest'
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

const pauses: ProbeBackoff = {
  firstMs: minute,
  maxMs: 15 * minute,
  leaseMs: minute,
  quotaProbeMs: 240 * minute,
}

const denied: BreakerCause = { reason: 'DENIED', domainId: 'dzd_orders', projectId: 'project-1' }
const full: BreakerCause = { reason: 'QUOTA_EXCEEDED', types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] }

/** What every Breakers does. `keepsConcurrentWrites`: its store does, which moto does not. */
export const breakersContract = (
  name: string,
  open: () => Promise<OpenBreakers>,
  keepsConcurrentWrites = true,
): void => {
  describe(`Breakers: ${name}`, () => {
    let under: OpenBreakers
    beforeEach(async () => {
      under = await open()
    })
    afterEach(() => under.close())

    test('shows what is open to every starter, until it is closed', async () => {
      const [one, other] = [under.client(), under.client()]
      expect(await other.openBreakers()).toEqual([])
      await one.trip(openBreaker(denied, 'Start', t0, pauses))
      await one.trip(openBreaker(full, 'Start', t0, pauses))
      const shown = await other.openBreakers()
      expect(shown).toHaveLength(2)
      expect(shown).toEqual(
        expect.arrayContaining([
          openBreaker(denied, 'Start', t0, pauses),
          openBreaker(full, 'Start', t0, pauses),
        ]),
      )
      await other.close(openBreaker(denied, 'Start', t0, pauses))
      expect(await one.openBreakers()).toEqual([openBreaker(full, 'Start', t0, pauses)])
    })

    test('keeps the times of the first refusal', async () => {
      await under.client().trip(openBreaker(denied, 'Start', t0, pauses))
      await under.client().trip(openBreaker(denied, 'Start', t0 + minute, pauses))
      expect(await under.client().openBreakers()).toEqual([openBreaker(denied, 'Start', t0, pauses)])
    })

    test.runIf(keepsConcurrentWrites)('P7: lets one of several concurrent probers probe', async () => {
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      await under.client().trip(breaker)
      const won = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          under.client().replace(breaker, startProbe(breaker, t0 + minute + index, pauses)),
        ),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await under.client().openBreakers()).toMatchObject([{ openedAtMs: t0, probes: 1 }])
    })

    test('gives a returned probe to the next prober, and takes it from the one that returned it', async () => {
      const client = under.client()
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      await client.trip(breaker)
      const mine = startProbe(breaker, t0 + minute, pauses)
      expect(await client.replace(breaker, mine)).toBe(true)
      const free = returnProbe(mine, t0 + minute + second)
      expect(await client.replace(mine, free)).toBe(true)
      expect(await client.openBreakers()).toEqual([free])
      expect(await client.replace(mine, startProbe(mine, t0 + 2 * minute, pauses))).toBe(false)
      expect(await client.replace(free, startProbe(free, t0 + 2 * minute, pauses))).toBe(true)
    })

    test('probes no closed breaker, and does not let a late prober close one that was opened again', async () => {
      const client = under.client()
      const first = openBreaker(denied, 'Start', t0, pauses)
      expect(await client.replace(first, startProbe(first, t0, pauses))).toBe(false)
      const anew = openBreaker(denied, 'Start', t0 + minute, pauses)
      await client.trip(anew)
      await client.close(first)
      expect(await client.openBreakers()).toEqual([anew])
    })

    test('throws when its store cannot answer', async () => {
      const client = under.client()
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      under.unplug()
      await expect(client.openBreakers()).rejects.toThrow(PortUnavailable)
      await expect(client.trip(breaker)).rejects.toThrow(PortUnavailable)
      await expect(client.replace(breaker, startProbe(breaker, t0, pauses))).rejects.toThrow(PortUnavailable)
      await expect(client.close(breaker)).rejects.toThrow(PortUnavailable)
    })
  })
}
