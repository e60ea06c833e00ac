import { afterAll, describe, expect, test } from 'vitest'
import { readable } from './history.ts'
import { sabotages } from './sabotage/all.ts'
import { caughtAt } from './sabotage/caught-at.ts'
import { startWorkers } from './workers.ts'
import { simulate } from './world.ts'

/** Fixed, so that only a change of the code can fail the build. Try other seeds with `npm run simulate -- --from N`. */
const seeds = 1000
const sabotagedSeeds = 2000

const workers = startWorkers()
afterAll(() => workers[Symbol.asyncDispose]())

test(`keeps every promise in ${seeds} seeds (npm run simulate -- --history SEED shows one)`, async () => {
  const report = await workers.runEverywhere({ from: 1, seeds })
  expect(report.violations).toEqual([])
  expect(report.crashes).toBeGreaterThan(seeds)
}, 600_000)

test('repeats the history of a seed', async () => {
  for (const seed of [3, 84, 132]) {
    const first = await simulate({ seed, keepHistory: true })
    const second = await simulate({ seed, keepHistory: true })
    expect(readable(second.history)).toBe(readable(first.history))
    expect(first.history.length).toBeGreaterThan(100)
  }
}, 60_000)

test('gives each seed a history of its own', async () => {
  const [one, other] = await Promise.all([
    simulate({ seed: 1, keepHistory: true }),
    simulate({ seed: 2, keepHistory: true }),
  ])
  expect(readable(one.history)).not.toBe(readable(other.history))
})

/** Returns the promises that are broken in a range of seeds, up to the first seed that catches the sabotage. */
const brokenBy = async (sabotage: string, from: number, count: number) => {
  const report = await workers.runRange({ from, seeds: count, sabotage, untilCaught: true })
  return report.violations.map(({ promise }) => promise)
}

describe.concurrent(`the checker, within ${sabotagedSeeds} seeds,`, () => {
  test.each(sabotages.map(({ name }) => name))(
    'catches the sabotage: %s',
    async (sabotage) => {
      const atKnownSeed = await brokenBy(sabotage, caughtAt[sabotage] ?? 1, 1)
      const broken = atKnownSeed.length > 0 ? atKnownSeed : await brokenBy(sabotage, 1, sabotagedSeeds)
      expect(broken).not.toEqual([])
    },
    600_000,
  )
})
