import { describe, expect, test } from 'vitest'
import { hasWaitedTooLong, holdBack } from '../../../lib/run/max-wait.ts'
import { type ParkedRun, parkReasons, type Run } from '../../../lib/run/run.ts'
import { transition } from '../../../lib/run/transition.ts'
import { inFlightRun, minute, parkedRun, t0 } from '../../support/runs.ts'

const maxWaitMs = 10 * minute

describe('hasWaitedTooLong', () => {
  test('P9: is false until the limit is passed', () => {
    const run = parkedRun({ createdAtMs: t0 })
    expect(hasWaitedTooLong(run, t0 + maxWaitMs, maxWaitMs)).toBe(false)
    expect(hasWaitedTooLong(run, t0 + maxWaitMs + 1, maxWaitMs)).toBe(true)
  })

  const parkFor = (run: ParkedRun, reason: ParkedRun['reason'], atMs: number): ParkedRun => {
    const next = transition(run, { kind: 'REFUSED', reason, retryAtMs: atMs, definite: true }, atMs)
    if (next.outcome !== 'changed') throw new Error('expected a parked run')
    return next.run
  }

  const held = [
    'BACKFILL',
    'BEHIND',
    'CAP_FULL',
    'PACED',
    'PAUSED',
    'QUOTA_EXCEEDED',
    'RETRY',
    'SOURCE_DAY_FULL',
  ]

  test.each(parkReasons)(
    'P9: counts time parked as %s unless this service or the operator ordered the wait',
    (reason) => {
      const parked = parkFor(parkedRun({ createdAtMs: t0 }), reason, t0)
      const isHeld = held.includes(reason)
      expect(hasWaitedTooLong(parked, t0 + 1000 * minute, maxWaitMs)).toBe(!isHeld)
      const refused = parkFor(parked, 'DENIED', t0 + 1000 * minute)
      expect(hasWaitedTooLong(refused, t0 + 1005 * minute, maxWaitMs)).toBe(!isHeld)
      expect(hasWaitedTooLong(refused, t0 + 1011 * minute, maxWaitMs)).toBe(true)
    },
  )

  const behind = (blockers: readonly Run[]): ParkedRun => {
    const wait = holdBack(blockers) ? {} : { isBehindRequests: true as const }
    const fact = { kind: 'REFUSED', reason: 'BEHIND', retryAtMs: t0, definite: true, ...wait } as const
    const next = transition(parkedRun({ createdAtMs: t0 }), fact, t0)
    if (next.outcome !== 'changed') throw new Error('expected a parked run')
    return next.run
  }

  test.each<[string, Run, boolean]>([
    ['a run', inFlightRun(), false],
    ['a request that is held back itself', parkFor(parkedRun(), 'PAUSED', t0), false],
    ['a request whose wait counts', parkFor(parkedRun(), 'CONFLICT', t0), true],
  ])(
    'P9: counts the time behind another request only when the wait of that request counts: %s',
    (_, blocker, isOver) => {
      expect(hasWaitedTooLong(behind([blocker]), t0 + 1000 * minute, maxWaitMs)).toBe(isOver)
    },
  )

  test('P9: keeps the time held back through a release and a claim', () => {
    const parked = parkFor(parkedRun({ createdAtMs: t0 }), 'QUOTA_EXCEEDED', t0)
    const released = transition(parked, { kind: 'RELEASED', holdUntilMs: t0 }, t0 + 1000 * minute)
    if (released.outcome !== 'changed') throw new Error('expected a released run')
    const nowMs = t0 + 1001 * minute
    const claimed = transition(released.run, { kind: 'CLAIMED', leaseEndsAtMs: nowMs }, nowMs)
    if (claimed.outcome !== 'changed') throw new Error('expected a claim')
    expect(claimed.run).toMatchObject({ heldMs: 1001 * minute })
    expect(hasWaitedTooLong(claimed.run, nowMs + 10 * minute, maxWaitMs)).toBe(false)
    expect(hasWaitedTooLong(claimed.run, nowMs + 11 * minute, maxWaitMs)).toBe(true)
  })
})
