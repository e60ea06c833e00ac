import { describe, expect, test } from 'vitest'
import {
  advancePlan,
  applyPlan,
  type BackfillPlan,
  canReplan,
  leasePlan,
  newPlan,
  placeOf,
  readyPlan,
  roomInLane,
  stopPlan,
} from '../../../lib/run/backfill-plan.ts'
import { minute, t0 } from '../../support/runs.ts'

const ready: BackfillPlan = { ...readyPlan(newPlan('spring', 'dzd_orders', t0), 500, t0), version: 2 }
const applying: BackfillPlan = { ...ready, state: 'APPLYING' }

describe('a backfill plan', () => {
  test('is applied, stopped and applied again', () => {
    const applied = applyPlan(ready, t0 + minute)
    expect(applied).toMatchObject({ outcome: 'changed', plan: { state: 'APPLYING' } })
    const stopped = stopPlan(applying, t0)
    expect(stopped).toMatchObject({ outcome: 'changed', plan: { state: 'STOPPED' } })
    expect(applyPlan({ ...applying, state: 'STOPPED' }, t0)).toMatchObject({ outcome: 'changed' })
    expect(applyPlan(applying, t0)).toEqual({ outcome: 'unchanged' })
  })

  test('is done at once when it holds no request', () => {
    expect(applyPlan({ ...ready, requests: 0 }, t0)).toMatchObject({ plan: { state: 'DONE' } })
  })

  test('is not applied before all of it is written', () => {
    expect(applyPlan(newPlan('spring', 'dzd_orders', t0), t0)).toMatchObject({ outcome: 'refused' })
  })

  test.each([
    ['PLANNING', 0, true],
    ['READY', 0, true],
    ['APPLYING', 0, false],
    ['STOPPED', 10, false],
    ['DONE', 500, true],
  ] as const)('allows replanning in state %s with %i requests sent: %s', (state, sent, expected) => {
    expect(canReplan({ ...ready, state, sent })).toBe(expected)
  })

  test('gives its lease to one sender, and to the next when the lease has ended', () => {
    expect(leasePlan(ready, t0, t0 + minute)).toBeUndefined()
    const leased = leasePlan(applying, t0, t0 + minute)
    expect(leased).toMatchObject({ lease: { takenAtVersion: 2, untilMs: t0 + minute } })
    if (leased === undefined) throw new Error('not leased')
    expect(leasePlan(leased, t0 + minute - 1, t0 + 2 * minute)).toBeUndefined()
    expect(leasePlan(leased, t0 + minute, t0 + 2 * minute)).toMatchObject({
      lease: { untilMs: t0 + 2 * minute },
    })
  })

  test('counts the requests sent, even after a stop, and is done after the last one', () => {
    const leased = leasePlan(applying, t0, t0 + minute)
    if (leased === undefined) throw new Error('not leased')
    const advanced = advancePlan({ ...leased, state: 'STOPPED', version: 4 }, leased, 200, t0)
    expect(advanced).toMatchObject({ state: 'STOPPED', sent: 200 })
    expect(advanced).not.toHaveProperty('lease')
    expect(advancePlan(leased, leased, 500, t0)).toMatchObject({ state: 'DONE', sent: 500 })
  })

  test('ignores the progress of a sender that has lost its lease', () => {
    const leased = leasePlan(applying, t0, t0 + minute)
    if (leased === undefined) throw new Error('not leased')
    const taken = leasePlan({ ...leased, version: 3 }, t0 + minute, t0 + 2 * minute)
    if (taken === undefined) throw new Error('not leased')
    expect(advancePlan(taken, leased, 200, t0)).toBeUndefined()
    expect(advancePlan({ ...leased, createdAtMs: t0 + 1 }, leased, 200, t0)).toBeUndefined()
  })

  test.each([
    [0, 0, 0],
    [199, 0, 199],
    [200, 1, 0],
    [401, 2, 1],
  ])('finds entry %i in chunk %i at position %i', (sent, chunk, at) => {
    expect(placeOf(sent)).toEqual({ chunk, at })
  })
})

describe('roomInLane', () => {
  test.each([
    ['no count of parked requests', undefined, 0],
    ['nothing parked', {}, 588],
    ['one sweep of backfill requests', { BACKFILL: 294 }, 294],
    ['a full cap', { CAP_FULL: 600 }, 0],
    ['denied and paused requests, which say nothing about the lane', { DENIED: 900, PAUSED: 900 }, 588],
  ])('returns the room with %s', (_, parked, room) => {
    expect(roomInLane(parked, 294)).toBe(room)
  })
})
