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

const cancelRequested = { kind: 'CANCEL_REQUESTED', requestId: 'stop-1' } as const
const earlierStart = { firstAtMs: t0 - 2 * minute, lastAtMs: t0 - minute }
const recordedCancel = { requestedAtMs: t0, requestId: 'stop-1' }
const source = { subject: sourceSubject }

describe('CANCEL_REQUESTED', () => {
  test.each<[string, Run, object]>([
    ['does not apply to a planned run', plannedRun(), { outcome: 'impossible' }],
    ['does not apply to an ended run', endedRun(), { outcome: 'impossible' }],
    ['ends a parked run', parkedRun(), { run: { state: 'ENDED', ending: 'CANCELED', detectedAtMs: t0 } }],
    ['ends a parked data source run', parkedRun(source), { run: { state: 'ENDED', ending: 'CANCELED' } }],
    [
      'releases a parked run with an earlier Start at once',
      parkedRun({ earlierStart }),
      { run: { state: 'PARKED', retryAtMs: t0, earlierStart, cancel: recordedCancel } },
    ],
    ['is recorded on a claim', claimedRun(), { run: { state: 'CLAIMED', cancel: recordedCancel } }],
    [
      'is recorded on a run in flight',
      inFlightRun(),
      { run: { state: 'IN_FLIGHT', cancel: recordedCancel } },
    ],
    ['does not apply to a data source run in flight', inFlightRun(source), { outcome: 'impossible' }],
    [
      'changes nothing when a cancel is already recorded',
      inFlightRun({ cancel: { requestedAtMs: 1, requestId: 'stop-0' } }),
      { outcome: 'unchanged' },
    ],
    [
      'changes nothing when a run with an earlier Start already has a cancel',
      parkedRun({ earlierStart, cancel: { requestedAtMs: 1, requestId: 'stop-0' } }),
      { outcome: 'unchanged' },
    ],
    [
      'adds the sender to a cancel that the deadline caused',
      inFlightRun({ cancel: { requestedAtMs: 1, sentAtMs: 2 } }),
      { run: { cancel: { requestedAtMs: 1, sentAtMs: 2, requestId: 'stop-1' } } },
    ],
  ])('%s', (_, run, expected) => {
    expect(transition(run, cancelRequested, t0)).toMatchObject(expected)
  })
})

describe('P2: a recorded cancel', () => {
  const claim = claimedRun({ cancel: recordedCancel })
  const refusal = { kind: 'REFUSED', reason: 'DENIED', retryAtMs: t0 + minute } as const
  test.each<[string, ReturnType<typeof transition>]>([
    ['when the lease ends', transition(claim, { kind: 'RELEASED', holdUntilMs: t0 }, t0 + 2 * minute)],
    ['after a refusal', transition(claim, { ...refusal, definite: false }, t0)],
    [
      'through another lease',
      transition(
        parkedRun({ cancel: recordedCancel, earlierStart }),
        { kind: 'CLAIMED', leaseEndsAtMs: t0 + minute },
        t0,
      ),
    ],
    [
      'when the run id is known',
      transition(claim, { kind: 'STARTED', runId: 'run-1', nativeStatus: 'SUBMITTED', startedAtMs: t0 }, t0),
    ],
    ['when no run was started', transition(claim, { kind: 'CANCELED' }, t0)],
  ])('stays on the record %s', (_, next) => {
    expect(next).toMatchObject({ outcome: 'changed', run: { cancel: recordedCancel } })
  })

  test('limits the wait to a minute after an earlier Start, whatever the run waits for', () => {
    const full = {
      kind: 'REFUSED',
      reason: 'CAP_FULL',
      retryAtMs: t0 + 1000 * minute,
      definite: true,
    } as const
    for (const run of [
      parkedRun({ cancel: recordedCancel, earlierStart }),
      claimedRun({ cancel: recordedCancel, earlierStart }),
    ])
      expect(transition(run, full, t0)).toMatchObject({ run: { retryAtMs: t0 + minute } })
    expect(transition(claimedRun({ earlierStart }), full, t0)).toMatchObject({
      run: { retryAtMs: t0 + 1000 * minute },
    })
  })

  test('ends the wait at once when no Start can have taken effect', () => {
    expect(transition(claim, { ...refusal, definite: true }, t0)).toMatchObject({ run: { retryAtMs: t0 } })
    expect(transition(claim, { ...refusal, definite: false }, t0)).toMatchObject({
      run: { retryAtMs: t0 + minute },
    })
  })
})

test('makes a run in flight owe a cancel until DataZone has accepted it', () => {
  const cancel = { requestedAtMs: t0 }
  expect(owesCancel(inFlightRun({ cancel }))).toBe(true)
  for (const run of [
    inFlightRun(),
    inFlightRun({ cancel: { ...cancel, sentAtMs: t0 } }),
    endedRun({ cancel }),
  ])
    expect(owesCancel(run)).toBe(false)
})

test('names the sender and the reason in the history', () => {
  const lastEntry = (reason: object) => {
    const next = transition(inFlightRun(), { ...cancelRequested, ...reason }, t0)
    return next.outcome === 'changed' ? next.run.history.at(-1)?.what : undefined
  }
  expect(lastEntry({})).toBe('cancel requested by stop-1')
  expect(lastEntry({ reason: 'wrong domain' })).toBe('cancel requested by stop-1: wrong domain')
  expect(transition(parkedRun(), cancelRequested, t0)).toMatchObject({
    run: { history: [{}, { what: 'cancel requested by stop-1' }, { what: 'CANCELED' }] },
  })
})

test('ends no run as CANCELED without a recorded cancel, or while it is in flight', () => {
  for (const run of [claimedRun(), parkedRun(), inFlightRun({ cancel: recordedCancel }), endedRun()])
    expect(transition(run, { kind: 'CANCELED' }, t0).outcome).toBe('impossible')
})

test('lets a canceled run continue in mode plan, because no Start follows', () => {
  const run = parkedRun({ cancel: recordedCancel, earlierStart })
  expect(canResume(run, 'plan')).toBe(true)
  expect(canResume(run, 'off')).toBe(false)
})
