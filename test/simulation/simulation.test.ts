import { expect, test } from 'vitest'
import { readable } from './history.ts'
import { sabotages } from './sabotage/all.ts'
import { runEverywhere } from './workers.ts'
import { simulate } from './world.ts'

/** Another range each day would find more, and would make a red build somebody else's fault. `--from` is for that. */
const seeds = 1000

test(`${seeds} seeds keep every promise (npm run simulate -- --history SEED shows one)`, async () => {
  const report = await runEverywhere({ from: 1, seeds })
  expect(report.violations).toEqual([])
  expect(report.crashes).toBeGreaterThan(seeds)
}, 300_000)

test('a seed is a reproducer: twice the same history', async () => {
  for (const seed of [3, 84, 132]) {
    const first = await simulate({ seed, keepHistory: true })
    const second = await simulate({ seed, keepHistory: true })
    expect(readable(second.history)).toBe(readable(first.history))
    expect(first.history.length).toBeGreaterThan(100)
  }
}, 60_000)

test('histories of different seeds differ', async () => {
  const [one, other] = await Promise.all([
    simulate({ seed: 1, keepHistory: true }),
    simulate({ seed: 2, keepHistory: true }),
  ])
  expect(readable(one.history)).not.toBe(readable(other.history))
})

test.each(sabotages.map(({ name }) => name))(
  'the checker has teeth: %s',
  async (sabotage) => {
    const report = await runEverywhere({ from: 1, seeds: 2000, sabotage, untilCaught: true })
    expect(report.violations.map(({ promise }) => promise)).not.toEqual([])
  },
  300_000,
)
