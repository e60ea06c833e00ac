import { expect, test } from 'vitest'
import { cancelsPerSweep, planCancels } from '../../../lib/run/cancel-plan.ts'
import { inFlightRun, minute, t0 } from '../../support/runs.ts'

const owed = (count: number) =>
  Array.from({ length: count }, (_, n) => inFlightRun({ runId: `run-${n}`, cancel: { requestedAtMs: t0 } }))
const plan = (count: number, sweep: number, intoMs = 0) =>
  planCancels(owed(count), t0 + sweep * minute + intoMs, minute).map(({ runId }) => runId)

test('takes each of a few cancels once per sweep, and never puts the same one first every time', () => {
  for (const count of [0, 1, 2, 39, 40]) {
    expect(new Set(plan(count, 0)).size).toBe(count)
    const firsts = new Set(Array.from({ length: 20 }, (_, sweep) => plan(count, sweep)[0]))
    expect(firsts.size).toBeGreaterThan(Math.min(1, count - 1))
  }
})

test.each([41, 80, 82, 300])(
  'gives each of %i cancels its turn when they are too many for one sweep',
  (count) => {
    const asked = new Set<string>()
    for (let sweep = 0; sweep < 100; sweep += 1) {
      const now = plan(count, sweep)
      expect(new Set(now).size).toBe(cancelsPerSweep)
      for (const runId of now) asked.add(runId)
    }
    expect(asked.size).toBe(count)
  },
)

test('takes the same cancels in the same order throughout a sweep', () => {
  expect(plan(100, 7, minute - 1)).toEqual(plan(100, 7))
})
