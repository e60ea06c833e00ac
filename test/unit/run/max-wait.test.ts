import { describe, expect, test } from 'vitest'
import { hasWaitedTooLong, maxWaitEndsAtMs } from '../../../lib/run/max-wait.ts'
import { minute, parkedRun, t0 } from '../../support/runs.ts'

describe('hasWaitedTooLong', () => {
  test('P9: is false until the limit is passed', () => {
    const run = parkedRun({ createdAtMs: t0 })
    expect(maxWaitEndsAtMs(run, minute)).toBe(t0 + minute)
    expect(hasWaitedTooLong(run, t0 + minute, minute)).toBe(false)
    expect(hasWaitedTooLong(run, t0 + minute + 1, minute)).toBe(true)
  })
})
