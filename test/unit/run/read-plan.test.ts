import { describe, expect, test } from 'vitest'
import { planReads, readDeadlineMs } from '../../../lib/run/read-plan.ts'
import { inFlightRun, minute, second, sourceSubject, t0 } from '../../support/runs.ts'

const settings = { minAgeMs: 45 * second, maxSingleGets: 3, runDeadlineMs: 4 * 60 * minute }
const nowMs = t0 + 10 * minute
const many = (count: number) =>
  Array.from({ length: count }, (_, index) => inFlightRun({ runId: `run-${index}` }))

describe('planReads', () => {
  test('plans a Get for each of a few runs', () => {
    const runs = many(3)
    expect(planReads(runs, nowMs, settings)).toEqual({ get: runs, list: [], young: [], canceling: [] })
  })

  test('plans a List for more runs', () => {
    const runs = many(4)
    expect(planReads(runs, nowMs, settings)).toMatchObject({ get: [], list: runs })
  })

  test('plans a Get for a run past the deadline of its policy or of the deployment', () => {
    const overdue = inFlightRun({ runId: 'overdue', startedAtMs: nowMs - 4 * 60 * minute })
    const strict = inFlightRun({ runId: 'strict', policy: { deadlineMs: 5 * minute } })
    expect(planReads([...many(4), overdue, strict], nowMs, settings)).toMatchObject({
      get: [overdue, strict],
      list: many(4),
    })
  })

  test('plans a Get for a data source run', () => {
    const run = inFlightRun({ subject: sourceSubject })
    expect(planReads([...many(4), run], nowMs, settings)).toMatchObject({ get: [run] })
  })

  test('leaves young metadata runs to a List page that is read anyway, and young data source runs alone', () => {
    const startedAtMs = nowMs - 44 * second
    const young = inFlightRun({ startedAtMs })
    const plan = planReads([young, inFlightRun({ startedAtMs, subject: sourceSubject })], nowMs, settings)
    expect(plan).toEqual({ get: [], list: [], young: [young], canceling: [] })
  })

  test('plans runs with a cancel separately, whatever their age', () => {
    const run = inFlightRun({ cancel: { requestedAtMs: nowMs }, startedAtMs: nowMs })
    expect(planReads([run], nowMs, settings)).toEqual({ get: [], list: [], young: [], canceling: [run] })
  })
})

test('reserves a sixth of the time for runs with a cancel (readDeadlineMs)', () => {
  expect(readDeadlineMs(1_000, 61_000, 0)).toBe(61_000)
  expect(readDeadlineMs(1_000, 61_000, 3)).toBe(51_000)
})
