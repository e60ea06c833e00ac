import { describe, expect, test } from 'vitest'
import { planReads, readDeadlineMs } from '../../../lib/run/read-plan.ts'
import { inFlightRun, minute, second, sourceSubject, t0 } from '../../support/runs.ts'

const settings = { minAgeMs: 45 * second, maxSingleGets: 3, runDeadlineMs: 4 * 60 * minute }
const nowMs = t0 + 10 * minute
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => inFlightRun({ runId: `run-${index}` }))

describe('planReads', () => {
  test('gives a few runs a Get each', () => {
    const runs = many(3)
    expect(planReads(runs, nowMs, settings)).toEqual({ get: runs, list: [], young: [], canceling: [] })
  })

  test('lists more', () => {
    const runs = many(4)
    expect(planReads(runs, nowMs, settings)).toMatchObject({ get: [], list: runs })
  })

  test('gives a run past its deadline a Get, by its own policy or the deployment', () => {
    const overdue = inFlightRun({ runId: 'overdue', startedAtMs: nowMs - 4 * 60 * minute })
    const strict = inFlightRun({ runId: 'strict', policy: { deadlineMs: 5 * minute } })
    expect(planReads([...many(4), overdue, strict], nowMs, settings)).toMatchObject({
      get: [overdue, strict],
      list: many(4),
    })
  })

  test('gives a data source run a Get', () => {
    const run = inFlightRun({ subject: sourceSubject })
    expect(planReads([...many(4), run], nowMs, settings)).toMatchObject({ get: [run] })
  })

  test('leaves young metadata runs to a List page that is read anyway, and young data source runs alone', () => {
    const startedAtMs = nowMs - 44 * second
    const young = inFlightRun({ startedAtMs })
    const plan = planReads([young, inFlightRun({ startedAtMs, subject: sourceSubject })], nowMs, settings)
    expect(plan).toEqual({ get: [], list: [], young: [young], canceling: [] })
  })

  test('sets runs with a cancel apart, whatever their age', () => {
    const run = inFlightRun({ cancel: { requestedAtMs: nowMs }, startedAtMs: nowMs })
    expect(planReads([run], nowMs, settings)).toEqual({ get: [], list: [], young: [], canceling: [run] })
  })
})

test('leaves a sixth of the time to runs with a cancel (readDeadlineMs)', () => {
  expect(readDeadlineMs(1_000, 61_000, 0)).toBe(61_000)
  expect(readDeadlineMs(1_000, 61_000, 3)).toBe(51_000)
})
