import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../lib/run/facts.ts'
import type { Run } from '../../../lib/run/run.ts'
import { afterFact, expiredClaim, facts, nowMs } from '../../support/after-fact.ts'
import { claimedRun, endedRun, inFlightRun, parkedRun, sourceSubject, t0 } from '../../support/runs.ts'

test.each<[string, Run, Fact]>([
  ['unrecognized status PAUSED', inFlightRun(), facts.unrecognized],
  ['found again', inFlightRun({ notFoundSinceMs: t0 }), facts.active],
  ['not found', inFlightRun(), facts.missing],
  ['announced', endedRun(), facts.announced],
  ['suggestions accepted', endedRun(), facts.accepted],
  ['FAILED', inFlightRun(), facts.failed],
])('records in the history: %s', (what, run, fact) => {
  expect(afterFact(run, fact).history).toEqual([...run.history, { atMs: nowMs, what }])
})

describe('history', () => {
  test('distinguishes a release from a lease that ended, and names the reason', () => {
    const lastEntry = (run: Run, fact: Fact) => afterFact(run, fact).history.at(-1)?.what
    expect(lastEntry(parkedRun(), facts.released)).toBe('released')
    expect(lastEntry(expiredClaim, facts.released)).toBe('lease ended, released')
    expect(afterFact(parkedRun(), facts.released)).not.toHaveProperty('error')
    expect(lastEntry(claimedRun(), facts.refused)).toBe('parked: DENIED')
    const error = { name: 'AccessDeniedException', message: 'no' }
    expect(lastEntry(claimedRun(), { ...facts.refused, error })).toBe(
      'parked: DENIED (AccessDeniedException)',
    )
  })

  test('mentions no cancel when a run without one starts', () => {
    for (const run of [claimedRun(), claimedRun({ subject: sourceSubject })])
      expect(afterFact(run, facts.started).history.at(-1)?.what).toBe('started as run-1')
  })

  test('keeps the latest twenty entries', () => {
    const often = Array.from({ length: 30 }, (_, n) => n)
    const run = often.reduce<Run>((parked, n) => afterFact(parked, facts.refused, nowMs + n), parkedRun())
    expect(run.history.map(({ atMs }) => atMs - nowMs)).toEqual(often.slice(10))
    const sightings = often.reduce<Run>(
      (ended, n) => afterFact(ended, { kind: 'OBSERVED', runId: 'run-1', nativeStatus: `NEW_${n}` }),
      endedRun(),
    )
    expect(sightings.history).toHaveLength(20)
  })

  test('cuts long entries, and hides access keys in them', () => {
    const message = `${'x'.repeat(50)} AKIAABCDEFGHIJKLMNOP ${'y'.repeat(5000)}`
    const what =
      afterFact(claimedRun(), { kind: 'REJECTED', error: { name: 'E', message } }).history.at(-1)?.what ?? ''
    expect(what.length).toBeLessThanOrEqual(200)
    expect(what).not.toContain('AKIA')
  })
})
