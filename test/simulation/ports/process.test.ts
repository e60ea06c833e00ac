import { describe, expect, test } from 'vitest'
import { virtualTime } from './clock.ts'
import { fairWeather, seededFates } from './fates.ts'
import type { Fate, Fates } from './port-call.ts'
import { type HistoryLine, startProcess } from './process.ts'
import { seededRandom } from './random.ts'

/** Returns a process whose calls meet these fates, and a counter for it to raise. */
const worldOf = (fates: Fates) => {
  const random = seededRandom(1)
  const time = virtualTime(0, random.fork('time'))
  const lines: HistoryLine[] = []
  const process = startProcess({
    name: 'starter-1',
    time,
    fates,
    random: random.fork('process'),
    note: (line) => lines.push(line),
  })
  let raised = 0
  const raise = (
    more: { readonly resends?: boolean; readonly giveUpAfterMs?: number; readonly delayMs?: number } = {},
  ) => {
    const { delayMs = 0, ...rest } = more
    return process.step<number | 'unreachable'>({
      name: 'counter.raise',
      ...rest,
      unreachable: () => 'unreachable',
      effect: () => {
        raised += 1
        return raised
      },
      answerDelayMs: () => delayMs,
    })
  }
  return { time, process, lines, raise, raised: () => raised }
}

const always =
  (fate: Partial<Fate> = {}): Fates =>
  () => ({ toEffectMs: 10, toAnswerMs: 5, ...fate })

describe('a call of a port', () => {
  test('takes effect first and answers later', async () => {
    const { time, process, raise, raised, lines } = worldOf(always())
    const work = process.work(raise)
    await time.run(9)
    expect(raised()).toBe(0)
    await time.run(10)
    expect(raised()).toBe(1)
    await time.run()
    expect(await work).toEqual({ outcome: 'returned', value: 1 })
    expect(lines.map(({ atMs, what }) => `${atMs} ${what}`)).toEqual([
      '0 begins',
      '10 effect',
      '15 answer',
      '15 returns',
    ])
  })

  test.each([
    ['crash-before', 0, { outcome: 'died', why: 'before counter.raise' }],
    ['crash-after', 1, { outcome: 'died', why: 'after counter.raise' }],
    ['fail-before', 0, { outcome: 'returned', value: 'unreachable' }],
    ['fail-after', 1, { outcome: 'returned', value: 'unreachable' }],
    ['resend', 2, { outcome: 'returned', value: 2 }],
  ] as const)('ends after %s with %i effects', async (accident, effects, result) => {
    const { time, process, raise, raised, lines } = worldOf(always({ accident }))
    const work = process.work(() => raise({ resends: true }))
    await time.run()
    expect(await work).toEqual(result)
    expect(raised()).toBe(effects)
    expect(lines.map(({ what }) => what)).toContain(accident)
  })

  test('takes effect once when its client does not retry', async () => {
    const { time, process, raise, raised } = worldOf(always({ accident: 'resend' }))
    void process.work(raise)
    await time.run()
    expect(raised()).toBe(1)
  })

  test('takes effect after its caller timed out', async () => {
    const { time, process, raise, raised } = worldOf(always({ toEffectMs: 60_000 }))
    const work = process.work(() => raise({ giveUpAfterMs: 10_000 }))
    await time.run(10_000)
    expect(await work).toEqual({ outcome: 'returned', value: 'unreachable' })
    expect(raised()).toBe(0)
    await time.run()
    expect([raised(), time.now()]).toEqual([1, 60_000])
  })

  test('times out when its answer is delayed too long', async () => {
    const { time, process, raise, raised } = worldOf(always())
    const work = process.work(() => raise({ giveUpAfterMs: 1000, delayMs: 5000 }))
    await time.run()
    expect(await work).toEqual({ outcome: 'returned', value: 'unreachable' })
    expect([raised(), time.now()]).toEqual([1, 1000])
  })

  test('takes effect when its sender crashes before the answer', async () => {
    const { time, process, raise, raised } = worldOf(always())
    const work = process.work(raise)
    time.at(3, () => process.kill('time-out'))
    await time.run()
    expect(await work).toEqual({ outcome: 'died', why: 'time-out' })
    expect([raised(), process.alive()]).toEqual([1, false])
  })
})

describe('a crashed process', () => {
  test('makes no call, wakes from no sleep and does no work', async () => {
    const { time, process, raise, raised } = worldOf(always())
    let awake = 0
    const work = process.work(async () => {
      await process.clock.sleepUntil(100)
      awake += 1
    })
    await time.run(50)
    process.kill('crash')
    void raise()
    void process.clock.sleepUntil(10).then(() => {
      awake += 1
    })
    expect(await process.work(raise)).toMatchObject({ outcome: 'died' })
    await time.run()
    expect(await work).toEqual({ outcome: 'died', why: 'crash' })
    expect([raised(), awake]).toEqual([0, 0])
  })
})

describe('the work of a process', () => {
  test('reports the error that it throws, and can be repeated', async () => {
    const { time, process, raise } = worldOf(always())
    const thrown = new Error('broken')
    expect(
      await process.work(async () => {
        throw thrown
      }),
    ).toEqual({ outcome: 'threw', error: thrown })
    const [one, other] = [process.work(raise), process.work(raise)]
    await time.run()
    expect([await one, await other].map((result) => result.outcome)).toEqual(['returned', 'returned'])
  })
})

describe('the clock of a process', () => {
  test('sleeps in virtual time, and returns at once when the time has passed', async () => {
    const { time, process } = worldOf(always())
    const woken: number[] = []
    void process.work(async () => {
      for (const atMs of [3_600_000, 1000]) {
        await process.clock.sleepUntil(atMs)
        woken.push(process.clock.now())
      }
    })
    await time.run()
    expect(woken).toEqual([3_600_005, 3_600_005])
  })

  test('runs ahead of virtual time when its skew says so', async () => {
    const time = virtualTime(1000, seededRandom(1))
    const random = seededRandom(2)
    const fates = seededFates(random.fork('fates'), () => fairWeather)
    const fast = startProcess({ name: 'fast', time, fates, random, clockSkewMs: 500 })
    expect(fast.clock.now()).toBe(1500)
    let wokenAtMs = 0
    void fast.clock.sleepUntil(2500).then(() => {
      wokenAtMs = time.now()
    })
    await time.run()
    expect(wokenAtMs).toBeGreaterThanOrEqual(2000)
    expect(wokenAtMs).toBeLessThan(2100)
  })
})

describe('a fate', () => {
  test('draws accidents at their rates, and resends only for clients that retry', () => {
    const accidents = {
      'crash-before': 0.1,
      'crash-after': 0.1,
      'fail-before': 0.1,
      'fail-after': 0.1,
      resend: 0.1,
    }
    const fates = seededFates(seededRandom(5), () => ({ accidents, latencyMs: [1, 9] }))
    const counts: Record<string, number> = {}
    for (let call = 0; call < 20_000; call += 1) {
      const fate = fates({ process: 'p', name: 'n', atMs: 0, resends: call % 2 === 0 })
      const name = `${fate.accident ?? 'none'} ${call % 2 === 0}`
      counts[name] = (counts[name] ?? 0) + 1
      expect(fate.toEffectMs).toBeGreaterThanOrEqual(1)
      expect(fate.toAnswerMs).toBeLessThanOrEqual(9)
    }
    expect(counts['resend false']).toBeUndefined()
    for (const accident of Object.keys(accidents)) {
      expect(Math.abs((counts[`${accident} true`] ?? 0) - 1000)).toBeLessThan(150)
    }
  })
})
