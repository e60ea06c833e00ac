import fc from 'fast-check'
import { expect, test } from 'vitest'
import { activeUntilMs, decidingSinceMs } from '../../lib/run/deciding-runs.ts'
import { mayBeOurs } from '../../lib/run/foreign-run.ts'
import { attemptsPrefix, runKey } from '../../lib/run/identity.ts'
import { type DataSourceSubject, type Run, startUnknownName } from '../../lib/run/run.ts'
import { isSourceDayFull } from '../../lib/run/source-day.ts'
import { hasToWait } from '../support/has-to-wait.ts'
import {
  claimedRun,
  endedRun,
  inFlightRun,
  minute,
  parkedRun,
  plannedRun,
  sourceSubject,
  t0,
} from '../support/runs.ts'

const hour = 60 * minute
const triggers = fc.constantFrom('load-1', 'load-2', 'load-3', '1#2')
const agesMs = fc.oneof(fc.integer({ min: 0, max: 60 * hour }), fc.constantFrom(24 * hour, 25 * hour))

/** Runs of the data source in any state, which began or ended up to 60 hours ago. */
const sourceRuns: fc.Arbitrary<Run> = fc
  .record({ triggerKey: triggers, attempt: fc.integer({ min: 1, max: 4 }), ageMs: agesMs, state: fc.nat(7) })
  .map(({ triggerKey, attempt, ageMs, state }): Run => {
    const atMs = t0 - ageMs
    const fields = { subject: { ...sourceSubject, triggerKey }, attempt, createdAtMs: atMs }
    const openStart = { firstAtMs: atMs, lastAtMs: atMs }
    const { runId: _, startedAtMs: __, ...unknown } = endedRun({ ...fields, detectedAtMs: atMs })
    const all: readonly Run[] = [
      plannedRun(fields),
      parkedRun(fields),
      parkedRun({ ...fields, earlierStart: openStart }),
      claimedRun({ ...fields, startSent: openStart }),
      inFlightRun({ ...fields, startedAtMs: atMs }),
      endedRun({ ...fields, startedAtMs: atMs - minute, detectedAtMs: atMs }),
      { ...unknown, ending: 'REJECTED', error: { name: startUnknownName, message: 'unknown' } },
      { ...unknown, ending: 'REJECTED', error: { name: 'Invalid', message: 'refused' } },
    ]
    return all[state] ?? plannedRun(fields)
  })

const keyOf = (run: { subject: DataSourceSubject; attempt: number }) =>
  runKey({ ...run, request: { requestKey: '' } }).record

test('P1: makes the same decisions from the deciding records as from all records of the data source', () => {
  fc.assert(
    fc.property(
      fc.array(sourceRuns, { maxLength: 30 }),
      triggers,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 5 }),
      fc.option(fc.integer({ min: t0 - 60 * hour, max: t0 }), { nil: undefined }),
      (runs, triggerKey, attempt, perDay, happenedAtMs) => {
        const all = [...new Map(runs.map((run) => [runKey(run).record, run])).values()]
        const candidate = { subject: { ...sourceSubject, triggerKey }, attempt }
        const prefix = attemptsPrefix(keyOf(candidate))
        const recent = (run: Run) => (activeUntilMs(run) ?? 0) >= decidingSinceMs(t0)
        const deciding = all.filter((run) => recent(run) || runKey(run).record.startsWith(prefix))
        expect(hasToWait(candidate, deciding)).toBe(hasToWait(candidate, all))
        expect(isSourceDayFull(deciding, t0, perDay)).toBe(isSourceDayFull(all, t0, perDay))
        const event = happenedAtMs === undefined ? {} : { happenedAtMs }
        // The observer reads without a trigger key, and so without the attempts of one subject.
        expect(mayBeOurs(event, all.filter(recent), t0)).toBe(mayBeOurs(event, all, t0))
      },
    ),
    { numRuns: 1000 },
  )
})
