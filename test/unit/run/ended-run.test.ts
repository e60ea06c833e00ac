import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../lib/run/facts.ts'
import { transition } from '../../../lib/run/transition.ts'
import { afterFact, facts, nowMs } from '../../support/after-fact.ts'
import { endedRun, inFlightRun, minute, rejectedRun, sourceSubject, t0 } from '../../support/runs.ts'

describe('P9: runs without an ending', () => {
  const missing: Fact = { kind: 'MISSING' }

  const active: Fact = { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'IN_PROGRESS' }

  test('times out an overdue run, with the status that Get showed', () => {
    expect(afterFact(inFlightRun(), facts.overdue)).toMatchObject({
      ending: 'TIMED_OUT',
      nativeStatus: 'IN_PROGRESS',
      runId: 'run-1',
      startedAtMs: t0,
      detectedAtMs: nowMs,
    })
  })

  test('ends a run as LOST after two 404s ten minutes apart', () => {
    const once = afterFact(inFlightRun(), missing)
    expect(once).toMatchObject({ state: 'IN_FLIGHT', notFoundSinceMs: nowMs })
    expect(transition(once, missing, nowMs + 10 * minute - 1)).toEqual({ outcome: 'unchanged' })
    expect(afterFact(once, missing, nowMs + 10 * minute)).toMatchObject({ ending: 'LOST', runId: 'run-1' })
  })

  test('starts the count of 404s over when the run is found again', () => {
    const found = afterFact(afterFact(inFlightRun(), missing), active)
    expect(found).not.toHaveProperty('notFoundSinceMs')
    expect(afterFact(found, missing, nowMs + 10 * minute)).toMatchObject({ state: 'IN_FLIGHT' })
    expect(transition(found, active, nowMs)).toEqual({ outcome: 'unchanged' })
  })

  const day = 24 * 60 * minute

  test('P8, P9: times out a run whose reads have failed for a whole day after its deadline', () => {
    const once = afterFact(inFlightRun({ nativeStatus: 'IN_PROGRESS' }), facts.unanswered)
    expect(once).toMatchObject({ state: 'IN_FLIGHT', unansweredSinceMs: nowMs })
    expect(transition(once, facts.unanswered, nowMs + day - 1)).toEqual({ outcome: 'unchanged' })
    expect(afterFact(once, facts.unanswered, nowMs + day)).toMatchObject({
      ending: 'TIMED_OUT',
      nativeStatus: 'IN_PROGRESS',
      runId: 'run-1',
      startedAtMs: t0,
    })
  })

  test('starts the day over after an answer', () => {
    const found = afterFact(afterFact(inFlightRun(), facts.unanswered), active)
    expect(found).not.toHaveProperty('unansweredSinceMs')
    expect(found.history.at(-1)?.what).toBe('found again')
    expect(afterFact(found, facts.unanswered, nowMs + day)).toMatchObject({ unansweredSinceMs: nowMs + day })
    const strange = afterFact(afterFact(inFlightRun(), facts.unanswered), facts.unrecognized)
    expect(strange).not.toHaveProperty('unansweredSinceMs')
  })

  test('drops both counts at the ending', () => {
    const away = inFlightRun({ notFoundSinceMs: t0 - day, unansweredSinceMs: t0 - day })
    for (const fact of [facts.overdue, facts.unanswered, missing, facts.failed]) {
      const ended = afterFact(away, fact)
      expect(ended.state).toBe('ENDED')
      for (const name of ['notFoundSinceMs', 'unansweredSinceMs']) expect(ended).not.toHaveProperty(name)
    }
  })

  test('P5: records a status after the ending as history', () => {
    for (const fact of [facts.overdue, facts.unanswered, missing]) {
      const away = { notFoundSinceMs: t0 - 10 * minute, unansweredSinceMs: t0 - day }
      const ended = afterFact(inFlightRun(away), fact)
      expect(afterFact(ended, facts.failed)).toMatchObject({
        ending: ended.state === 'ENDED' ? ended.ending : '',
      })
    }
  })
})

describe('endings', () => {
  test('explains an ending with the messages of the types', () => {
    const typeStats = [
      { type: 'BUSINESS_DESCRIPTIONS', status: 'SUCCEEDED' },
      { type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'too many columns' },
    ]
    expect(
      afterFact(inFlightRun(), {
        kind: 'OBSERVED',
        runId: 'run-1',
        nativeStatus: 'PARTIALLY_SUCCEEDED',
        typeStats,
      }),
    ).toMatchObject({
      ending: 'PARTIALLY_SUCCEEDED',
      nativeStatus: 'PARTIALLY_SUCCEEDED',
      detectedAtMs: nowMs,
      startedAtMs: t0,
      runId: 'run-1',
      typeStats,
      error: { name: 'GenerationFailed', message: 'BUSINESS_NAMES: too many columns' },
    })
  })

  test("explains the ending of a data source run with DataZone's error, cut to size", () => {
    const run = inFlightRun({ subject: sourceSubject })
    const error = { name: 'x'.repeat(200), message: 'y'.repeat(2000) }
    const ended = afterFact(run, { ...facts.failed, error, lineageStatus: 'z'.repeat(200) })
    expect(ended).toMatchObject({
      ending: 'FAILED',
      lineageStatus: expect.stringMatching(/^z{99}…$/),
      error: { name: expect.stringMatching(/^x{99}…$/), message: expect.stringMatching(/^y{999}…$/) },
    })
    expect(ended).not.toHaveProperty('typeStats')
  })

  test('P5: records a second run of an attempt as an alarm in the history, once', () => {
    for (const run of [inFlightRun(), endedRun(), rejectedRun()]) {
      const noted = afterFact(run, facts.startedTwice)
      expect(noted).toEqual({
        ...run,
        history: [...run.history, { atMs: nowMs, what: expect.stringContaining('run-2') }],
      })
      expect(noted.history.at(-1)?.what).toMatch(/^ALARM/)
      expect(transition(noted, facts.startedTwice, nowMs)).toEqual({ outcome: 'unchanged' })
    }
  })

  test('P5: ignores the status that the run ended with', () => {
    expect(transition(endedRun({ nativeStatus: 'FAILED' }), facts.failed, nowMs).outcome).toBe('unchanged')
  })

  test('P5: records a status that arrives after the ending, once', () => {
    const timedOut = endedRun({ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' })
    const noted = afterFact(timedOut, facts.failed)
    expect(noted).toMatchObject({ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' })
    expect(noted.history.at(-1)?.what).toBe('seen later as FAILED')
    expect(transition(noted, facts.failed, nowMs + minute)).toEqual({ outcome: 'unchanged' })
  })

  test('P8, P11: keeps and shows an unrecognized status, and changes nothing when it is seen again', () => {
    const seen = afterFact(inFlightRun(), facts.unrecognized)
    expect(seen).toMatchObject({ state: 'IN_FLIGHT', nativeStatus: 'PAUSED' })
    expect(transition(seen, facts.unrecognized, nowMs + minute)).toEqual({ outcome: 'unchanged' })
  })
})
