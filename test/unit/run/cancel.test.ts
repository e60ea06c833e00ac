import { describe, expect, test } from 'vitest'
import { owesCancel, type Run } from '../../../lib/run/run.ts'
import { canResume } from '../../../lib/run/sweep-plan.ts'
import { transition } from '../../../lib/run/transition.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  sourceSubject,
  t0,
} from '../../support/runs.ts'

const asked = { kind: 'CANCEL_REQUESTED', requestId: 'stop-1' } as const
const earlierStart = { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute }
const byStop = { requestedAtMs: t0, requestId: 'stop-1' }
const source = { subject: sourceSubject }

describe('CANCEL_REQUESTED, by state', () => {
  test.each<[string, Run, object]>([
    ['a plan has nothing to cancel', plannedRun(), { outcome: 'impossible' }],
    ['what ended stays', endedRun(), { outcome: 'impossible' }],
    ['what waits ends', parkedRun(), { run: { state: 'ENDED', ending: 'CANCELED', detectedAtMs: t0 } }],
    ['so does a data source', parkedRun(source), { run: { state: 'ENDED', ending: 'CANCELED' } }],
    [
      'with an open Start it is released soon',
      parkedRun({ earlierStart: earlierStart }),
      { run: { state: 'PARKED', retryAtMs: t0, earlierStart, cancel: byStop } },
    ],
    ['a claim is noted', claimedRun(), { run: { state: 'CLAIMED', cancel: byStop } }],
    ['a run is noted', inFlightRun(), { run: { state: 'IN_FLIGHT', cancel: byStop } }],
    ['a data source run cannot be', inFlightRun(source), { outcome: 'impossible' }],
    [
      'a second request changes nothing',
      inFlightRun({ cancel: { requestedAtMs: 1, requestId: 'stop-0' } }),
      { outcome: 'unchanged' },
    ],
    [
      'nor does one of what may have been started',
      parkedRun({ earlierStart: earlierStart, cancel: { requestedAtMs: 1, requestId: 'stop-0' } }),
      { outcome: 'unchanged' },
    ],
    [
      'what its deadline had cancelled has an asker now',
      inFlightRun({ cancel: { requestedAtMs: 1, sentAtMs: 2 } }),
      { run: { cancel: { requestedAtMs: 1, sentAtMs: 2, requestId: 'stop-1' } } },
    ],
  ])('%s', (_, run, expected) => {
    expect(transition(run, asked, t0)).toMatchObject(expected)
  })
})

describe('P2: a cancel stays on the record until it ends', () => {
  const claim = claimedRun({ cancel: byStop })
  const refusal = { kind: 'REFUSED', reason: 'DENIED', retryAtMs: t0 + minute } as const
  test.each<[string, ReturnType<typeof transition>]>([
    ['through a lease that ends', transition(claim, { kind: 'RELEASED', holdUntilMs: t0 }, t0 + 2 * minute)],
    ['through a refusal', transition(claim, { ...refusal, definite: false }, t0)],
    [
      'through another lease',
      transition(
        parkedRun({ cancel: byStop, earlierStart: earlierStart }),
        { kind: 'CLAIMED', leaseEndsAtMs: t0 + minute },
        t0,
      ),
    ],
    [
      'when the run id is known',
      transition(claim, { kind: 'STARTED', runId: 'run-1', nativeStatus: 'SUBMITTED', startedAtMs: t0 }, t0),
    ],
    ['when nothing runs', transition(claim, { kind: 'CANCELED' }, t0)],
  ])('%s', (_, next) => {
    expect(next).toMatchObject({ outcome: 'changed', run: { cancel: byStop } })
  })

  test('and is looked for in a minute, whatever it would have waited for', () => {
    const full = {
      kind: 'REFUSED',
      reason: 'CAP_FULL',
      retryAtMs: t0 + 1000 * minute,
      definite: true,
    } as const
    for (const run of [
      parkedRun({ cancel: byStop, earlierStart: earlierStart }),
      claimedRun({ cancel: byStop, earlierStart: earlierStart }),
    ])
      expect(transition(run, full, t0)).toMatchObject({ run: { retryAtMs: t0 + minute } })
    expect(transition(claimedRun({ earlierStart: earlierStart }), full, t0)).toMatchObject({
      run: { retryAtMs: t0 + 1000 * minute },
    })
  })

  test('and waits for nothing once no Start of it is open', () => {
    expect(transition(claim, { ...refusal, definite: true }, t0)).toMatchObject({ run: { retryAtMs: t0 } })
    expect(transition(claim, { ...refusal, definite: false }, t0)).toMatchObject({
      run: { retryAtMs: t0 + minute },
    })
  })
})

test('only what is running owes a cancel, until DataZone has taken it', () => {
  const cancel = { requestedAtMs: t0 }
  expect(owesCancel(inFlightRun({ cancel }))).toBe(true)
  for (const run of [
    inFlightRun(),
    inFlightRun({ cancel: { ...cancel, sentAtMs: t0 } }),
    endedRun({ cancel }),
  ])
    expect(owesCancel(run)).toBe(false)
})

test('the history says who asked, and why', () => {
  const told = (reason: object) => {
    const next = transition(inFlightRun(), { ...asked, ...reason }, t0)
    return next.outcome === 'changed' ? next.run.history.at(-1)?.what : undefined
  }
  expect(told({})).toBe('cancel requested by stop-1')
  expect(told({ reason: 'wrong domain' })).toBe('cancel requested by stop-1: wrong domain')
  expect(transition(parkedRun(), asked, t0)).toMatchObject({
    run: { history: [{}, { what: 'cancel requested by stop-1' }, { what: 'CANCELED' }] },
  })
})

test('nothing ends as CANCELED that nobody asked to cancel', () => {
  for (const run of [claimedRun(), parkedRun(), inFlightRun({ cancel: byStop }), endedRun()])
    expect(transition(run, { kind: 'CANCELED' }, t0).outcome).toBe('impossible')
})

test('in mode plan what is to be cancelled goes on, because it never starts', () => {
  const run = parkedRun({ cancel: byStop, earlierStart: earlierStart })
  expect(canResume(run, 'plan')).toBe(true)
  expect(canResume(run, 'off')).toBe(false)
})
