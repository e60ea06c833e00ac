import { describe, expect, test } from 'vitest'
import { isSourceDayFull, nextDayMs } from '../../../lib/run/source-day.ts'
import { claimedRun, endedRun, inFlightRun, parkedRun, rejectedRun, t0 } from '../../support/runs.ts'

const midnight = Date.parse('2026-11-20T00:00:00Z')
const day = 24 * 3_600_000

test('returns the next UTC midnight (nextDayMs)', () => {
  expect(nextDayMs(t0)).toBe(midnight + day)
  expect(nextDayMs(midnight)).toBe(midnight + day)
})

describe('isSourceDayFull', () => {
  const isFull = (...startedAtMs: readonly number[]) =>
    isSourceDayFull(
      startedAtMs.map((ms) => inFlightRun({ startedAtMs: ms })),
      t0,
      2,
    )

  test('counts the runs of this UTC day, from its first millisecond', () => {
    expect(isFull(midnight, t0)).toBe(true)
    expect(isFull(midnight - 1, t0)).toBe(false)
  })

  test('counts runs that have ended, but none that never started', () => {
    expect(isSourceDayFull([endedRun(), inFlightRun()], t0, 2)).toBe(true)
    expect(isSourceDayFull([rejectedRun(), claimedRun(), parkedRun(), inFlightRun()], t0, 2)).toBe(false)
  })
})
