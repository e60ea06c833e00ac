import { describe, expect, test } from 'vitest'
import {
  attemptTaken,
  isLostRace,
  recordChanged,
  recordUnreadable,
  sourceClaimed,
} from '../../../../lib/usecases/start/request-outcome.ts'

describe('isLostRace', () => {
  test.each([recordChanged, sourceClaimed, attemptTaken])('is true for $reason', (outcome) => {
    expect(isLostRace(outcome)).toBe(true)
  })

  test('is false for outcomes that another read does not change', () => {
    expect(isLostRace(recordUnreadable)).toBe(false)
    expect(isLostRace({ outcome: 'retry', afterSeconds: 1, reason: 'THROTTLED' })).toBe(false)
    expect(isLostRace({ outcome: 'nothing-to-cancel' })).toBe(false)
  })
})
