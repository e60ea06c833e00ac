import { afterEach, describe, expect, test } from 'vitest'
import { PortUnavailable } from '../../lib/errors.ts'
import type { StartPace } from '../../lib/ports/start-pace.ts'
import type { Slot } from '../../lib/run/pace.ts'
import { minute, second, t0 } from '../support/runs.ts'

/** A shared rate limiter under test, unused. */
export interface OpenStartPace {
  /** Returns the rate limiter through another client, as another starter has it. */
  client(): StartPace
  /** Makes the store of the rate limiter unreachable. */
  unplug(): Promise<void>
  close(): Promise<void>
}

/** The latest time of a caller that can use any slot. */
const noDeadline = Number.POSITIVE_INFINITY

/** Rounding errors of arithmetic on times since the epoch are smaller than this. */
const toleranceMs = 0.01

const timesOf = (slots: readonly Slot[]): number[] => slots.map(({ atMs }) => atMs)

const gapsOf = (slots: readonly Slot[]): number[] => {
  const sorted = timesOf(slots).toSorted((left, right) => left - right)
  return sorted.slice(1).map((slot, index) => slot - (sorted[index] ?? 0))
}

/**
 * The contract that every StartPace keeps. `open` opens one that is configured with this rate.
 * @param keepsConcurrentWrites whether the store keeps concurrent writes, which moto does not
 */
export const startPaceContract = (
  name: string,
  open: (configuredPerSecond: number) => Promise<OpenStartPace>,
  keepsConcurrentWrites = true,
): void => {
  describe(`StartPace: ${name}`, () => {
    let opened: OpenStartPace | undefined
    afterEach(async () => {
      await opened?.close()
      opened = undefined
    })
    const openAt = async (perSecond: number) => {
      opened = await open(perSecond)
      return opened
    }

    test('hands out as many slots as were requested, from now on, evenly spaced', async () => {
      const pace = (await openAt(8)).client()
      expect(timesOf(await pace.reserve(4, t0, noDeadline))).toEqual([t0, t0 + 125, t0 + 250, t0 + 375])
      expect(timesOf(await pace.reserve(1, t0, noDeadline))).toEqual([t0 + 500])
      expect(timesOf(await pace.reserve(0, t0, noDeadline))).toEqual([])
    })

    test.runIf(keepsConcurrentWrites)(
      'P7: never hands out a slot twice, and keeps the rate, however many starters reserve at once',
      async () => {
        const { client } = await openAt(9.8)
        const starters = Array.from({ length: 8 }, client)
        const reserved = await Promise.all(
          starters.flatMap((starter, index) => [
            starter.reserve(3, t0, noDeadline),
            starter.reserve(1 + (index % 3), t0 + index, noDeadline),
          ]),
        )
        const slots = reserved.flat()
        expect(slots).toHaveLength(8 * 3 + (1 + 2 + 3) * 2 + 1 + 2)
        for (const gap of gapsOf(slots)) expect(gap).toBeGreaterThanOrEqual(1000 / 9.8 - toleranceMs)
      },
    )

    test('P7: lets unused slots lapse', async () => {
      const { client } = await openAt(10)
      await client().reserve(2, t0, noDeadline)
      expect(timesOf(await client().reserve(2, t0 + minute, noDeadline))).toEqual([
        t0 + minute,
        t0 + minute + 100,
      ])
    })

    test('P7: returns a slot that is too late without reserving it', async () => {
      const { client } = await openAt(10)
      const [one, other] = [client(), client()]
      await one.reserve(1, t0, noDeadline)
      expect(timesOf(await one.reserve(2, t0, t0 + 99))).toEqual([t0 + 100, t0 + 200])
      expect(timesOf(await other.reserve(2, t0, noDeadline))).toEqual([t0 + 100, t0 + 200])
    })

    test('P7: reserves only those slots of a batch that come in time', async () => {
      const { client } = await openAt(10)
      const [one, other] = [client(), client()]
      expect(timesOf(await one.reserve(4, t0, t0 + 100))).toEqual([t0, t0 + 100, t0 + 200, t0 + 300])
      expect(timesOf(await other.reserve(1, t0, noDeadline))).toEqual([t0 + 200])
    })

    test('P9: keeps the next slot in place while starters ask again and again for slots that are too late for them', async () => {
      const { client } = await openAt(1)
      await client().reserve(30, t0, noDeadline)
      const offered = await Promise.all(
        Array.from({ length: 20 }, () => client().reserve(10, t0, t0 + 25 * second)),
      )
      for (const [first] of offered) expect(first?.atMs).toBe(t0 + 30 * second)
      expect(timesOf(await client().reserve(1, t0 + 10 * second, t0 + 35 * second))).toEqual([
        t0 + 30 * second,
      ])
    })

    /** Reports four throttled Starts of about ten, which cuts the rate once. */
    const throttle = async (pace: StartPace, fromMs: number) => {
      for (const ms of [0, 400, 800, 1200]) await pace.slowDown(fromMs + ms)
    }

    test('P7: slows every starter down for a while after throttled Starts', async () => {
      const { client } = await openAt(10)
      const [one, other] = [client(), client()]
      await one.reserve(1, t0, noDeadline)
      await other.reserve(1, t0, noDeadline)
      await throttle(one, t0)
      for (const gap of gapsOf(await other.reserve(4, t0 + 2 * second, noDeadline)))
        expect(gap).toBeGreaterThan(125)
      for (const gap of gapsOf(await one.reserve(4, t0 + 60 * minute, noDeadline)))
        expect(gap).toBeCloseTo(100)
    })

    test('P7: counts the refusals that any starter met, and cuts the rate once for all of them', async () => {
      const { client } = await openAt(10)
      const starters = [client(), client(), client(), client()]
      await Promise.all(starters.map((starter, index) => starter.slowDown(t0 + 400 * index)))
      await Promise.all(starters.map((starter) => starter.slowDown(t0 + 1200)))
      expect(await client().rateCuts()).toBe(1)
    })

    test('changes nothing after a single throttled Start', async () => {
      const pace = (await openAt(10)).client()
      await pace.slowDown(t0)
      expect(gapsOf(await pace.reserve(2, t0, noDeadline))[0]).toBeCloseTo(100)
      expect(await pace.rateCuts()).toBe(0)
    })

    test('P7: voids the reserved slots at a cut of the rate, and hands their time out again', async () => {
      const { client } = await openAt(10)
      const [one, other] = [client(), client()]
      const held = await one.reserve(50, t0, noDeadline)
      expect(new Set(held.map(({ rateCuts }) => rateCuts))).toEqual(new Set([0]))
      await throttle(other, t0)
      expect(await one.rateCuts()).toBe(1)
      const [again] = await one.reserve(1, t0 + 1300, noDeadline)
      expect(again?.rateCuts).toBe(1)
      expect(again?.atMs).toBeLessThan(t0 + 1200 + 250)
      expect(again?.atMs).toBeGreaterThan(t0 + 1300)
    })

    test('has no rate cuts before its first use', async () => {
      expect(await (await openAt(10)).client().rateCuts()).toBe(0)
    })

    test('throws when its store cannot answer', async () => {
      const { client, unplug } = await openAt(10)
      const pace = client()
      await unplug()
      await expect(pace.reserve(1, t0, noDeadline)).rejects.toThrow(PortUnavailable)
      await expect(pace.rateCuts()).rejects.toThrow(PortUnavailable)
      await expect(pace.slowDown(t0)).rejects.toThrow(PortUnavailable)
    })
  })
}
