import { describe, expect, test } from 'vitest'
import { measure } from '../../bench/virtual-system.ts'

const minute = 60_000
const second = 1000

describe('a backfill of 5,000 assets in virtual time', () => {
  test('leaves a publish its Start within seconds, and ends by itself', { timeout: 120_000 }, async () => {
    const seed = 7
    const { backfilled, startLatenciesMs, parked } = await measure({
      seed,
      runs: 60,
      everyMs: 20 * second,
      hints: 'hints',
      backfill: 5000,
      lastsMs: 30 * minute,
    })
    expect({ seed, backfilled, publishes: startLatenciesMs.length, parked }).toEqual({
      seed,
      backfilled: 5000,
      publishes: 60,
      parked: {},
    })
    expect(startLatenciesMs.at(-1)).toBeLessThan(10 * second)
  })
})
