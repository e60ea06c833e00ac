import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../lib/run/facts.ts'
import type { Run } from '../../../lib/run/run.ts'
import { transition } from '../../../lib/run/transition.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  rejectedRun,
  second,
  sourceSubject,
  t0,
} from '../../support/runs.ts'

const nowMs = t0 + 30 * second
const before = { firstAtMs: t0 - 5 * minute, lastAtMs: t0 - 4 * minute }

const facts = {
  claimed: { kind: 'CLAIMED', leaseEndsAtMs: nowMs + minute },
  released: { kind: 'RELEASED', holdUntilMs: nowMs + 15 * minute },
  refused: { kind: 'REFUSED', reason: 'DENIED', retryAtMs: nowMs + 15 * minute, definite: true },
  rejected: { kind: 'REJECTED', error: { name: 'ValidationException', message: 'no schema' } },
  started: { kind: 'STARTED', runId: 'run-1', nativeStatus: 'SUBMITTED', startedAtMs: nowMs },
  startedTwice: { kind: 'STARTED', runId: 'run-2', nativeStatus: 'SUBMITTED', startedAtMs: nowMs },
  going: { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'IN_PROGRESS' },
  unheardOf: { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'PAUSED' },
  failed: { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'FAILED' },
  anotherRun: { kind: 'OBSERVED', runId: 'run-2', nativeStatus: 'FAILED' },
  overdue: { kind: 'OVERDUE', nativeStatus: 'IN_PROGRESS' },
  unanswered: { kind: 'UNANSWERED' },
  missing: { kind: 'MISSING' },
  asked: { kind: 'REQUESTED_AGAIN', requestKey: 'event:2' },
  accepted: { kind: 'ACCEPTED', acceptedAtMs: t0 + 2 * minute },
  told: { kind: 'ANNOUNCED' },
} satisfies Record<string, Fact>

const leaseOver = claimedRun({ leaseEndsAtMs: nowMs, startSent: { firstAtMs: t0, lastAtMs: nowMs } })

/** i: impossible, u: unchanged, n: noted; a capital: changed to, or still, pLanned, Claimed, Parked, in Flight, Ended. One column a fact. */
const table: readonly [string, Run, string][] = [
  // claimed, released, refused, rejected, started, startedTwice, going, unheardOf, failed, anotherRun, overdue, unanswered, missing, asked, accepted, told
  ['planned', plannedRun(), 'C i i i i i i i i i i i i L i i'],
  ['leased', claimedRun(), 'i i P E F F i i i i i i i C i i'],
  ['lease over', leaseOver, 'C P P E F F i i i i i i i C i i'],
  ['parked', parkedRun(), 'C P P E F F i i i i i i i P i i'],
  ['in flight', inFlightRun(), 'i i i i u n u F E u E F F F i i'],
  ['ended, owed', endedRun(), 'i i i i u n n n n u i i i E E E'],
  ['announced', endedRun({ announcedAtMs: t0 }), 'i i i i u n n n n u i i i E E u'],
  ['rejected', rejectedRun(), 'i i i i n n u u u u i i i E i E'],
]

const letters = { CLAIMED: 'C', PARKED: 'P', IN_FLIGHT: 'F', ENDED: 'E', PLANNED: 'L' } as const

const cell = (run: Run, fact: Fact) => {
  const next = transition(run, fact, nowMs)
  return next.outcome === 'changed' ? letters[next.run.state] : next.outcome.slice(0, 1)
}

describe('P11: people accept one suggestion after the other', () => {
  const run = endedRun({ announcedAtMs: t0 })
  const accept = (from: Run, atMs: number) =>
    transition(from, { kind: 'ACCEPTED', acceptedAtMs: atMs }, atMs + second)
  const endedAtMs = run.detectedAtMs

  test('what was accepted before the run ended is not of this run', () => {
    expect(accept(run, endedAtMs - 1)).toEqual({ outcome: 'unchanged' })
    expect(accept(run, endedAtMs)).toMatchObject({ outcome: 'changed', run: { acceptedAtMs: endedAtMs } })
  })

  test('is written once an hour, and never goes back', () => {
    const accepted = { ...run, acceptedAtMs: endedAtMs }
    for (const afterMs of [0, minute, 60 * minute - 1])
      expect(accept(accepted, endedAtMs + afterMs)).toEqual({ outcome: 'unchanged' })
    expect(accept(accepted, endedAtMs + 60 * minute)).toMatchObject({
      outcome: 'changed',
      run: { acceptedAtMs: endedAtMs + 60 * minute, announcedAtMs: t0 },
    })
  })
})

describe('every state and every fact', () => {
  test.each(table)('P5: %s', (_name, run, row) => {
    expect(
      Object.values(facts)
        .map((fact) => cell(run, fact))
        .join(' '),
    ).toBe(row)
  })

  test('an impossible fact says why in words', () => {
    expect(transition(plannedRun(), facts.told, nowMs)).toEqual({
      outcome: 'impossible',
      why: 'ANNOUNCED does not apply to a run that is PLANNED',
    })
  })
})

/** The run that a fact must lead to. */
const moved = (run: Run, fact: Fact, atMs = nowMs): Run => {
  const next = transition(run, fact, atMs)
  if (next.outcome !== 'changed' && next.outcome !== 'noted') throw new Error(`${fact.kind}: ${next.outcome}`)
  return next.run
}

describe('claims and Starts of unknown fate', () => {
  test('P1: a claim counts its Start as sent from the claim to the end of the lease', () => {
    expect(moved(parkedRun(), facts.claimed)).toMatchObject({
      leaseEndsAtMs: nowMs + minute,
      startSent: { firstAtMs: nowMs, lastAtMs: nowMs + minute },
    })
  })

  test('P1: an indefinite refusal keeps the Start open, as sent by now', () => {
    expect(moved(claimedRun(), { ...facts.refused, definite: false })).toMatchObject({
      earlierStart: { firstAtMs: t0, lastAtMs: nowMs },
    })
  })

  test('a definite refusal closes the Start of this lease', () => {
    expect(moved(claimedRun(), facts.refused)).not.toHaveProperty('earlierStart')
  })

  test('P1: a definite refusal does not close the Start of an earlier lease', () => {
    expect(moved(claimedRun({ earlierStart: before }), facts.refused)).toMatchObject({ earlierStart: before })
  })

  test('P1: a lease that ends leaves its Start open, merged with earlier ones: first of the first, last of the last', () => {
    const run = claimedRun({
      leaseEndsAtMs: nowMs,
      startSent: { firstAtMs: t0, lastAtMs: nowMs },
      earlierStart: before,
    })
    const merged = { earlierStart: { firstAtMs: before.firstAtMs, lastAtMs: nowMs } }
    // The clock of an earlier starter may have been ahead.
    const ahead = { ...run, earlierStart: { firstAtMs: t0 + second, lastAtMs: nowMs + second } }
    expect(moved(ahead, facts.released)).toMatchObject({
      earlierStart: { firstAtMs: t0, lastAtMs: nowMs + second },
    })
    expect(moved(run, facts.released)).toMatchObject({
      ...merged,
      reason: 'LEASE_EXPIRED',
      releasedAtMs: nowMs,
    })
    expect(moved(run, facts.claimed)).toMatchObject(merged)
  })

  test('a start says nothing of cancels when nobody asked for one', () => {
    for (const run of [claimedRun(), claimedRun({ subject: sourceSubject })])
      expect(moved(run, facts.started).history.at(-1)?.what).toBe('started as run-1')
  })

  test('P1: what is open survives being claimed, released and parked again', () => {
    const parked = parkedRun({ earlierStart: before })
    for (const fact of [facts.claimed, facts.released, facts.refused]) {
      expect(moved(parked, fact)).toMatchObject({ earlierStart: before })
    }
  })
})

describe('parked', () => {
  test('a release holds the record until its message is expected, and keeps the reason and the error', () => {
    const error = { name: 'AccessDeniedException', message: 'no' }
    expect(moved(parkedRun({ reason: 'DENIED', error }), facts.released)).toMatchObject({
      state: 'PARKED',
      reason: 'DENIED',
      retryAtMs: nowMs + 15 * minute,
      releasedAtMs: nowMs,
      error,
    })
  })

  test('the history tells a release from a lease that ended, and what it was parked for', () => {
    const told = (run: Run, fact: Fact) => moved(run, fact).history.at(-1)?.what
    expect(told(parkedRun(), facts.released)).toBe('released')
    expect(told(leaseOver, facts.released)).toBe('lease ended, released')
    expect(moved(parkedRun(), facts.released)).not.toHaveProperty('error')
    expect(told(claimedRun(), facts.refused)).toBe('parked: DENIED')
    const error = { name: 'AccessDeniedException', message: 'no' }
    expect(told(claimedRun(), { ...facts.refused, error })).toBe('parked: DENIED (AccessDeniedException)')
  })

  test('being parked again forgets the release', () => {
    expect(moved(parkedRun({ releasedAtMs: t0 }), facts.refused)).not.toHaveProperty('releasedAtMs')
  })

  test('a 404 is counted from the first one on, through claims and releases', () => {
    const notFound: Fact = { ...facts.refused, reason: 'NOT_FOUND' }
    const first = moved(claimedRun(), notFound)
    expect(first).toMatchObject({ notFoundSinceMs: nowMs })
    const later = nowMs + 2 * minute
    const again = moved(moved(moved(first, facts.released), facts.claimed), notFound, later)
    expect(again).toMatchObject({ notFoundSinceMs: nowMs })
  })

  test('another refusal in between starts the count of 404s anew', () => {
    expect(moved(parkedRun({ notFoundSinceMs: t0 }), facts.refused)).not.toHaveProperty('notFoundSinceMs')
  })
})

describe('P9: runs that DataZone tells no ending of', () => {
  const missing: Fact = { kind: 'MISSING' }
  const going: Fact = { kind: 'OBSERVED', runId: 'run-1', nativeStatus: 'IN_PROGRESS' }

  test('overdue: timed out, with the status that was seen', () => {
    expect(moved(inFlightRun(), facts.overdue)).toMatchObject({
      ending: 'TIMED_OUT',
      nativeStatus: 'IN_PROGRESS',
      runId: 'run-1',
      startedAtMs: t0,
      detectedAtMs: nowMs,
    })
  })

  test('not found twice, ten minutes apart: lost', () => {
    const once = moved(inFlightRun(), missing)
    expect(once).toMatchObject({ state: 'IN_FLIGHT', notFoundSinceMs: nowMs })
    expect(transition(once, missing, nowMs + 10 * minute - 1)).toEqual({ outcome: 'unchanged' })
    expect(moved(once, missing, nowMs + 10 * minute)).toMatchObject({ ending: 'LOST', runId: 'run-1' })
  })

  test('found again in between: the count begins anew', () => {
    const found = moved(moved(inFlightRun(), missing), going)
    expect(found).not.toHaveProperty('notFoundSinceMs')
    expect(moved(found, missing, nowMs + 10 * minute)).toMatchObject({ state: 'IN_FLIGHT' })
    expect(transition(found, going, nowMs)).toEqual({ outcome: 'unchanged' })
  })

  const day = 24 * 60 * minute

  test('P8, P9: past its deadline and refused, a whole day after the first refusal: timed out', () => {
    const once = moved(inFlightRun({ nativeStatus: 'IN_PROGRESS' }), facts.unanswered)
    expect(once).toMatchObject({ state: 'IN_FLIGHT', unansweredSinceMs: nowMs })
    expect(transition(once, facts.unanswered, nowMs + day - 1)).toEqual({ outcome: 'unchanged' })
    expect(moved(once, facts.unanswered, nowMs + day)).toMatchObject({
      ending: 'TIMED_OUT',
      nativeStatus: 'IN_PROGRESS',
      runId: 'run-1',
      startedAtMs: t0,
    })
  })

  test('answered in between: the day begins anew', () => {
    const found = moved(moved(inFlightRun(), facts.unanswered), going)
    expect(found).not.toHaveProperty('unansweredSinceMs')
    expect(found.history.at(-1)?.what).toBe('found again')
    expect(moved(found, facts.unanswered, nowMs + day)).toMatchObject({ unansweredSinceMs: nowMs + day })
    const strange = moved(moved(inFlightRun(), facts.unanswered), facts.unheardOf)
    expect(strange).not.toHaveProperty('unansweredSinceMs')
  })

  test('an ending keeps neither count', () => {
    const away = inFlightRun({ notFoundSinceMs: t0 - day, unansweredSinceMs: t0 - day })
    for (const fact of [facts.overdue, facts.unanswered, missing, facts.failed]) {
      const ended = moved(away, fact)
      expect(ended.state).toBe('ENDED')
      for (const name of ['notFoundSinceMs', 'unansweredSinceMs']) expect(ended).not.toHaveProperty(name)
    }
  })

  test('P5: what DataZone tells afterwards is history', () => {
    for (const fact of [facts.overdue, facts.unanswered, missing]) {
      const away = { notFoundSinceMs: t0 - 10 * minute, unansweredSinceMs: t0 - day }
      const ended = moved(inFlightRun(away), fact)
      expect(moved(ended, facts.failed)).toMatchObject({
        ending: ended.state === 'ENDED' ? ended.ending : '',
      })
    }
  })
})

test('moves only a waiting or claimed run to the live lane', () => {
  const backfill = { request: { ...inFlightRun().request, lane: 'backfill' as const } }
  for (const run of [plannedRun(backfill), inFlightRun(backfill), endedRun(backfill)]) {
    expect(transition(run, { kind: 'MOVED_TO_LIVE', requestKey: 'event:2' }, nowMs).outcome).toBe('unchanged')
  }
})

test('what was backfill goes live: a claim as it stands, what waited for being one at once, and never later', () => {
  const backfill = { request: { ...parkedRun().request, lane: 'backfill' as const } }
  const wanted: Fact = { kind: 'MOVED_TO_LIVE', requestKey: 'event:2' }
  expect(moved(claimedRun(backfill), wanted)).toEqual({
    ...claimedRun(),
    history: [...claimedRun().history, { atMs: nowMs, what: 'moved to live by event:2' }],
  })
  const waiting = (retryAtMs: number) => parkedRun({ ...backfill, reason: 'BACKFILL', retryAtMs })
  expect(moved(waiting(nowMs + minute), wanted)).toMatchObject({ retryAtMs: nowMs })
  expect(moved(waiting(nowMs - minute), wanted)).toMatchObject({ retryAtMs: nowMs - minute })
})

test.each<[string, Run, Fact]>([
  ['unrecognized status PAUSED', inFlightRun(), facts.unheardOf],
  ['found again', inFlightRun({ notFoundSinceMs: t0 }), facts.going],
  ['not found', inFlightRun(), facts.missing],
  ['announced', endedRun(), facts.told],
  ['suggestions accepted', endedRun(), facts.accepted],
  ['FAILED', inFlightRun(), facts.failed],
])('the history tells: %s', (what, run, fact) => {
  expect(moved(run, fact).history).toEqual([...run.history, { atMs: nowMs, what }])
})

describe('who asked', () => {
  const asked: Fact = { kind: 'REQUESTED_AGAIN', requestKey: 'event:2' }

  test('P1: another request for the same run is remembered once, and the one that made it not at all', () => {
    const run = moved(inFlightRun(), asked)
    expect(run).toEqual({ ...inFlightRun(), alsoRequestedBy: [{ requestKey: 'event:2' }] })
    expect(transition(run, asked, nowMs)).toEqual({ outcome: 'unchanged' })
    const { requestKey } = run.request
    expect(transition(run, { kind: 'REQUESTED_AGAIN', requestKey }, nowMs)).toEqual({ outcome: 'unchanged' })
  })

  test('it is kept through every later state, the newest twenty', () => {
    const claimed = moved(moved(parkedRun(), asked), facts.claimed)
    const ended = moved(moved(claimed, facts.started), facts.failed)
    expect(moved(ended, facts.told)).toMatchObject({
      state: 'ENDED',
      alsoRequestedBy: [{ requestKey: 'event:2' }],
    })
    const keys = Array.from({ length: 25 }, (_, n) => `event:${n}`)
    const many = keys.reduce<Run>(
      (run, requestKey) => moved(run, { kind: 'REQUESTED_AGAIN', requestKey }),
      inFlightRun(),
    )
    expect(many.alsoRequestedBy).toEqual(keys.slice(5).map((requestKey) => ({ requestKey })))
  })
})

describe('endings', () => {
  test('the complaints of the types explain the ending', () => {
    const typeStats = [
      { type: 'BUSINESS_DESCRIPTIONS', status: 'SUCCEEDED' },
      { type: 'BUSINESS_NAMES', status: 'FAILED', errorMessage: 'too many columns' },
    ]
    expect(
      moved(inFlightRun(), {
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

  test('what DataZone says of a data source run as a whole explains its ending, cut', () => {
    const run = inFlightRun({ subject: sourceSubject })
    const error = { name: 'x'.repeat(200), message: 'y'.repeat(2000) }
    const ended = moved(run, { ...facts.failed, error, lineageStatus: 'z'.repeat(200) })
    expect(ended).toMatchObject({
      ending: 'FAILED',
      lineageStatus: expect.stringMatching(/^z{99}…$/),
      error: { name: expect.stringMatching(/^x{99}…$/), message: expect.stringMatching(/^y{999}…$/) },
    })
    expect(ended).not.toHaveProperty('typeStats')
  })

  test('P5: a second run of an attempt is an alarm in the history, once', () => {
    for (const run of [inFlightRun(), endedRun(), rejectedRun()]) {
      const noted = moved(run, facts.startedTwice)
      expect(noted).toEqual({
        ...run,
        history: [...run.history, { atMs: nowMs, what: expect.stringContaining('run-2') }],
      })
      expect(noted.history.at(-1)?.what).toMatch(/^ALARM/)
      expect(transition(noted, facts.startedTwice, nowMs)).toEqual({ outcome: 'unchanged' })
    }
  })

  test('P5: the status that it ended with is no news', () => {
    expect(transition(endedRun({ nativeStatus: 'FAILED' }), facts.failed, nowMs).outcome).toBe('unchanged')
  })

  test('P5: a status that comes after the ending is history, once', () => {
    const timedOut = endedRun({ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' })
    const noted = moved(timedOut, facts.failed)
    expect(noted).toMatchObject({ ending: 'TIMED_OUT', nativeStatus: 'IN_PROGRESS' })
    expect(noted.history.at(-1)?.what).toBe('seen later as FAILED')
    expect(transition(noted, facts.failed, nowMs + minute)).toEqual({ outcome: 'unchanged' })
  })

  test('P8: an unheard-of status is kept and shown, and seen again changes nothing (P11)', () => {
    const seen = moved(inFlightRun(), facts.unheardOf)
    expect(seen).toMatchObject({ state: 'IN_FLIGHT', nativeStatus: 'PAUSED' })
    expect(transition(seen, facts.unheardOf, nowMs + minute)).toEqual({ outcome: 'unchanged' })
  })

  test('the history keeps the latest twenty', () => {
    const often = Array.from({ length: 30 }, (_, n) => n)
    const run = often.reduce<Run>((parked, n) => moved(parked, facts.refused, nowMs + n), parkedRun())
    expect(run.history.map(({ atMs }) => atMs - nowMs)).toEqual(often.slice(10))
    const sightings = often.reduce<Run>(
      (ended, n) => moved(ended, { kind: 'OBSERVED', runId: 'run-1', nativeStatus: `NEW_${n}` }),
      endedRun(),
    )
    expect(sightings.history).toHaveLength(20)
  })

  test('history texts are cut and tell no access key', () => {
    const message = `${'x'.repeat(50)} AKIAABCDEFGHIJKLMNOP ${'y'.repeat(5000)}`
    const what =
      moved(claimedRun(), { kind: 'REJECTED', error: { name: 'E', message } }).history.at(-1)?.what ?? ''
    expect(what.length).toBeLessThanOrEqual(200)
    expect(what).not.toContain('AKIA')
  })
})
