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

/** An implementation of Breakers under test. No breaker is open. */
export interface OpenBreakers {
  /** Returns the breakers through another client, as another starter has it. */
  client(): Breakers
  /** Makes the store of the breakers unreachable. */
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

/**
 * The contract that every Breakers keeps.
 * @param keepsConcurrentWrites whether the store keeps concurrent writes, which moto does not
 */
export const breakersContract = (
  name: string,
  open: () => Promise<OpenBreakers>,
  keepsConcurrentWrites = true,
): void => {
  describe(`Breakers: ${name}`, () => {
    let opened: OpenBreakers
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened.close())

    test('shows an open breaker to every starter until it is closed', async () => {
      const [one, other] = [opened.client(), opened.client()]
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
      await opened.client().trip(openBreaker(denied, 'Start', t0, pauses))
      await opened.client().trip(openBreaker(denied, 'Start', t0 + minute, pauses))
      expect(await opened.client().openBreakers()).toEqual([openBreaker(denied, 'Start', t0, pauses)])
    })

    test.runIf(keepsConcurrentWrites)('P7: lets one of several concurrent starters probe', async () => {
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      await opened.client().trip(breaker)
      const won = await Promise.all(
        Array.from({ length: 5 }, (_, index) =>
          opened.client().replace(breaker, startProbe(breaker, t0 + minute + index, pauses)),
        ),
      )
      expect(won.filter(Boolean)).toHaveLength(1)
      expect(await opened.client().openBreakers()).toMatchObject([{ openedAtMs: t0, probes: 1 }])
    })

    test('lets the next starter take a returned probe, and refuses the starter that returned it', async () => {
      const client = opened.client()
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

    test('refuses to probe a closed breaker, and keeps a breaker open that opened again before a late close', async () => {
      const client = opened.client()
      const first = openBreaker(denied, 'Start', t0, pauses)
      expect(await client.replace(first, startProbe(first, t0, pauses))).toBe(false)
      const reopened = openBreaker(denied, 'Start', t0 + minute, pauses)
      await client.trip(reopened)
      await client.close(first)
      expect(await client.openBreakers()).toEqual([reopened])
    })

    test('throws when its store cannot answer', async () => {
      const client = opened.client()
      const breaker = openBreaker(denied, 'Start', t0, pauses)
      opened.unplug()
      await expect(client.openBreakers()).rejects.toThrow(PortUnavailable)
      await expect(client.trip(breaker)).rejects.toThrow(PortUnavailable)
      await expect(client.replace(breaker, startProbe(breaker, t0, pauses))).rejects.toThrow(PortUnavailable)
      await expect(client.close(breaker)).rejects.toThrow(PortUnavailable)
    })
  })
}
