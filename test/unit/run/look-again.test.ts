import { expect, test } from 'vitest'
import { lookAgainAfterSeconds } from '../../../lib/run/look-again.ts'
import { defaults } from '../../support/starter-world.ts'

const pauses = (isUndecided: boolean) => {
  const seconds: number[] = []
  for (let receives = 1; receives < 100; receives += 1) {
    const next = lookAgainAfterSeconds(receives, isUndecided, defaults.observer)
    if (next === undefined) return seconds
    seconds.push(next)
  }
  throw new Error('expected the pauses to end')
}

test('looks at a hint again three times, ten seconds apart', () => {
  expect(pauses(false)).toEqual([10, 10, 10])
})

test('looks at an undecided hint again each minute for another half hour', () => {
  const all = pauses(true)
  expect(all.slice(0, 4)).toEqual([10, 10, 10, 60])
  const sum = all.reduce((left, right) => left + right, 0)
  expect(sum).toBe(30 + 30 * 60)
  expect(lookAgainAfterSeconds(4, true, { lookAgainSeconds: 200, maxLooks: 3 })).toBe(900)
})
