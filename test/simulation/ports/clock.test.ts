import { describe, expect, test } from 'vitest'
import { virtualTime } from './clock.ts'
import { seededRandom } from './random.ts'

const timeOf = (seed: string | number = 1) => virtualTime(1000, seededRandom(seed))

describe('virtual time', () => {
  test('advances only to the next scheduled action, in order', async () => {
    const time = timeOf()
    const seen: number[] = []
    for (const atMs of [5000, 2000, 9000, 2500, 1000])
      time.at(atMs, () => {
        expect(time.now()).toBe(atMs)
        seen.push(atMs)
      })
    expect(time.now()).toBe(1000)
    expect(await time.run()).toBe(5)
    expect(seen).toEqual([1000, 2000, 2500, 5000, 9000])
    expect(time.now()).toBe(9000)
  })

  test('runs an overdue action next', async () => {
    const time = timeOf()
    const seen: string[] = []
    time.at(2000, () => {
      time.at(1500, () => seen.push(`late, at ${time.now()}`))
    })
    time.at(2001, () => seen.push('then'))
    await time.run()
    expect(seen).toEqual(['late, at 2000', 'then'])
  })

  test('stops at the time it was run to', async () => {
    const time = timeOf()
    let taken = 0
    const again = () => {
      taken += 1
      time.at(time.now() + 100, again)
    }
    time.at(1000, again)
    expect(await time.run(1950)).toBe(10)
    expect([taken, time.now(), time.ahead()]).toEqual([10, 1950, 1])
  })

  test('joins a run in progress and advances to the later end', async () => {
    const time = timeOf()
    const seen: number[] = []
    for (const atMs of [2000, 3000, 4000]) time.at(atMs, () => seen.push(atMs))
    const [one, other] = [time.run(2500), time.run(3500)]
    expect(await Promise.all([one, other])).toEqual([2, 2])
    expect([seen, time.now()]).toEqual([[2000, 3000], 3500])
  })

  test('finishes everything that a step starts before the next step', async () => {
    const time = timeOf()
    const chain = async (length: number): Promise<number> =>
      length === 0 ? 0 : 1 + (await chain(length - 1))
    const seen: string[] = []
    const door = Promise.withResolvers<void>()
    const walk = async () => {
      await door.promise
      for (let turn = 0; turn < 20_000; turn += 1) await null
      seen.push(`walked after ${await chain(500)} more, at ${time.now()}`)
      await new Promise<void>((resolve) => time.at(time.now(), resolve))
      seen.push('stepped')
    }
    const walking = walk()
    time.at(2000, () => door.resolve())
    time.at(2000.5, () => seen.push('next'))
    await time.run()
    await walking
    expect(seen).toEqual(['walked after 500 more, at 2000', 'stepped', 'next'])
  })

  test('orders the actions of one moment by the seed', async () => {
    const orderOf = async (seed: number) => {
      const time = timeOf(seed)
      const seen: number[] = []
      for (let index = 0; index < 20; index += 1) time.at(2000, () => seen.push(index))
      await time.run()
      return seen.join(' ')
    }
    expect(await orderOf(1)).toBe(await orderOf(1))
    expect(await orderOf(1)).not.toBe(await orderOf(2))
  })

  test('rejects the run with the error that an action throws', async () => {
    const time = timeOf()
    time.at(2000, () => {
      throw new Error('a mistake of the simulation')
    })
    await expect(time.run()).rejects.toThrow('a mistake of the simulation')
  })
})

describe('the seeded random source', () => {
  test('returns the same numbers for the same seed on every machine', () => {
    const random = seededRandom('seed')
    expect([random.whole(0, 999), random.whole(0, 999), random.whole(0, 999)]).toEqual([217, 631, 204])
  })

  test('keeps the draws of one fork apart from those of another', () => {
    const [one, other] = [seededRandom(7), seededRandom(7)]
    one.next()
    expect(one.fork('a').next()).toBe(other.fork('a').next())
    expect(one.fork('a').next()).not.toBe(one.fork('b').next())
  })

  test('spreads its numbers evenly', () => {
    const random = seededRandom(3)
    const counts = new Map<number, number>()
    for (let draw = 0; draw < 60_000; draw += 1) {
      const value = random.whole(1, 6)
      counts.set(value, (counts.get(value) ?? 0) + 1)
    }
    expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6])
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
})
