import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../lib/run/facts.ts'
import type { Run } from '../../../lib/run/run.ts'
import { transition } from '../../../lib/run/transition.ts'
import { afterFact, expiredClaim, facts, nowMs } from '../../support/after-fact.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  rejectedRun,
  second,
  t0,
} from '../../support/runs.ts'

/**
 * The outcome of each fact, one column per fact: i impossible, u unchanged, n noted; a capital is the state afterwards:
 * pLanned, Claimed, Parked, in Flight, Ended.
 */
const table: readonly [string, Run, string][] = [
  // claimed, released, refused, rejected, started, startedTwice, active, unrecognized, failed, anotherRun, overdue, unanswered, missing, requestedAgain, accepted, announced
  ['planned', plannedRun(), 'C i i i i i i i i i i i i L i i'],
  ['claimed', claimedRun(), 'i i P E F F i i i i i i i C i i'],
  ['past its lease', expiredClaim, 'C P P E F F i i i i i i i C i i'],
  ['parked', parkedRun(), 'C P P E F F i i i i i i i P i i'],
  ['in flight', inFlightRun(), 'i i i i u n u F E u E F F F i i'],
  ['ended and not announced', endedRun(), 'i i i i u n n n n u i i i E E E'],
  ['announced', endedRun({ announcedAtMs: t0 }), 'i i i i u n n n n u i i i E E u'],
  ['rejected', rejectedRun(), 'i i i i n n u u u u i i i E i E'],
]

const letters = { CLAIMED: 'C', PARKED: 'P', IN_FLIGHT: 'F', ENDED: 'E', PLANNED: 'L' } as const

const cell = (run: Run, fact: Fact) => {
  const next = transition(run, fact, nowMs)
  return next.outcome === 'changed' ? letters[next.run.state] : next.outcome.slice(0, 1)
}

describe('transition', () => {
  test.each(table)('P5: decides every fact for a run that is %s', (_name, run, row) => {
    expect(
      Object.values(facts)
        .map((fact) => cell(run, fact))
        .join(' '),
    ).toBe(row)
  })

  test('explains why a fact is impossible', () => {
    expect(transition(plannedRun(), facts.announced, nowMs)).toEqual({
      outcome: 'impossible',
      why: 'ANNOUNCED does not apply to a run that is PLANNED',
    })
  })
})

describe('P11: ACCEPTED', () => {
  const run = endedRun({ announcedAtMs: t0 })
  const accept = (from: Run, atMs: number) =>
    transition(from, { kind: 'ACCEPTED', acceptedAtMs: atMs }, atMs + second)
  const endedAtMs = run.detectedAtMs

  test('ignores an acceptance before the run ended', () => {
    expect(accept(run, endedAtMs - 1)).toEqual({ outcome: 'unchanged' })
    expect(accept(run, endedAtMs)).toMatchObject({ outcome: 'changed', run: { acceptedAtMs: endedAtMs } })
  })

  test('records a later acceptance at most once an hour', () => {
    const accepted = { ...run, acceptedAtMs: endedAtMs }
    for (const afterMs of [0, minute, 60 * minute - 1])
      expect(accept(accepted, endedAtMs + afterMs)).toEqual({ outcome: 'unchanged' })
    expect(accept(accepted, endedAtMs + 60 * minute)).toMatchObject({
      outcome: 'changed',
      run: { acceptedAtMs: endedAtMs + 60 * minute, announcedAtMs: t0 },
    })
  })
})

describe('a parked run', () => {
  test('waits after a release until its message is expected, with its reason and error', () => {
    const error = { name: 'AccessDeniedException', message: 'no' }
    expect(afterFact(parkedRun({ reason: 'DENIED', error }), facts.released)).toMatchObject({
      state: 'PARKED',
      reason: 'DENIED',
      retryAtMs: nowMs + 15 * minute,
      releasedAtMs: nowMs,
      error,
    })
  })

  test('drops the release when it is parked again', () => {
    expect(afterFact(parkedRun({ releasedAtMs: t0 }), facts.refused)).not.toHaveProperty('releasedAtMs')
  })

  test('counts 404s from the first one, through claims and releases', () => {
    const notFound: Fact = { ...facts.refused, reason: 'NOT_FOUND' }
    const first = afterFact(claimedRun(), notFound)
    expect(first).toMatchObject({ notFoundSinceMs: nowMs })
    const later = nowMs + 2 * minute
    const again = afterFact(afterFact(afterFact(first, facts.released), facts.claimed), notFound, later)
    expect(again).toMatchObject({ notFoundSinceMs: nowMs })
  })

  test('starts the count of 404s over after another refusal', () => {
    expect(afterFact(parkedRun({ notFoundSinceMs: t0 }), facts.refused)).not.toHaveProperty('notFoundSinceMs')
  })
})

test('moves only parked and claimed runs to the live lane', () => {
  const backfill = { request: { ...inFlightRun().request, lane: 'backfill' as const } }
  for (const run of [plannedRun(backfill), inFlightRun(backfill), endedRun(backfill)]) {
    expect(transition(run, { kind: 'MOVED_TO_LIVE', requestKey: 'event:2' }, nowMs).outcome).toBe('unchanged')
  }
})

test('moves a claim to the live lane unchanged, and makes a parked backfill request due now at the latest', () => {
  const backfill = { request: { ...parkedRun().request, lane: 'backfill' as const } }
  const moveToLive: Fact = { kind: 'MOVED_TO_LIVE', requestKey: 'event:2' }
  expect(afterFact(claimedRun(backfill), moveToLive)).toEqual({
    ...claimedRun(),
    history: [...claimedRun().history, { atMs: nowMs, what: 'moved to live by event:2' }],
  })
  const waiting = (retryAtMs: number) => parkedRun({ ...backfill, reason: 'BACKFILL', retryAtMs })
  expect(afterFact(waiting(nowMs + minute), moveToLive)).toMatchObject({ retryAtMs: nowMs })
  expect(afterFact(waiting(nowMs - minute), moveToLive)).toMatchObject({ retryAtMs: nowMs - minute })
})

describe('further requests for a run', () => {
  const again = facts.requestedAgain

  test('P1: remembers another request once, and never the request that made the run', () => {
    const run = afterFact(inFlightRun(), again)
    expect(run).toEqual({ ...inFlightRun(), alsoRequestedBy: [{ requestKey: 'event:2' }] })
    expect(transition(run, again, nowMs)).toEqual({ outcome: 'unchanged' })
    const { requestKey } = run.request
    expect(transition(run, { kind: 'REQUESTED_AGAIN', requestKey }, nowMs)).toEqual({ outcome: 'unchanged' })
  })

  test('keeps the newest twenty through every later state', () => {
    const claimed = afterFact(afterFact(parkedRun(), again), facts.claimed)
    const ended = afterFact(afterFact(claimed, facts.started), facts.failed)
    expect(afterFact(ended, facts.announced)).toMatchObject({
      state: 'ENDED',
      alsoRequestedBy: [{ requestKey: 'event:2' }],
    })
    const keys = Array.from({ length: 25 }, (_, n) => `event:${n}`)
    const many = keys.reduce<Run>(
      (run, requestKey) => afterFact(run, { kind: 'REQUESTED_AGAIN', requestKey }),
      inFlightRun(),
    )
    expect(many.alsoRequestedBy).toEqual(keys.slice(5).map((requestKey) => ({ requestKey })))
  })
})
