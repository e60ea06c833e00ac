import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseItem, toItem } from '../../lib/adapters/dynamodb/run-item.ts'
import { parseWith } from '../../lib/contracts/problems.ts'
import { endedEvent, RunEventDetail, startedEvent } from '../../lib/contracts/run-event.ts'
import { runKey } from '../../lib/run/identity.ts'
import type { Run } from '../../lib/run/run.ts'
import { workAtMs } from '../../lib/run/sweep-plan.ts'
import { arbitraryRun } from '../contract/arbitrary-run.ts'

/** Values that an operator or a defect may write: of a wrong type, out of range, or ill-formed. */
const damage = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    1.5,
    -1,
    2 ** 53,
    1e300,
    Date.UTC(10_000, 0),
    '',
    '\ud800',
    'x\udfffy',
    '1',
    [],
    {},
    null,
    true,
    undefined,
  ),
)

type Path = readonly (string | number)[]

const pathsOf = (value: unknown, path: Path = []): readonly Path[] => {
  if (typeof value !== 'object' || value === null) return [path]
  const inner = Object.entries(value).flatMap(([name, one]) =>
    pathsOf(one, [...path, Array.isArray(value) ? Number(name) : name]),
  )
  return path.length === 0 ? inner : [path, ...inner]
}

const replaced = (value: unknown, [first, ...rest]: Path, by: unknown): unknown => {
  if (first === undefined) return by
  if (Array.isArray(value))
    return value.map((one, index) => (index === first ? replaced(one, rest, by) : one))
  return { ...Object(value), [first]: replaced(Object(value)[first], rest, by) }
}

/** Items of records with one value replaced, at any depth. */
const damaged = fc.tuple(arbitraryRun, fc.nat(), damage).map(([run, at, by]) => {
  const item = toItem({ ...run, version: 1 })
  const paths = pathsOf(item)
  return replaced(item, paths[at % paths.length] ?? [], by)
})

const eventOf = (run: Run) =>
  run.state === 'ENDED'
    ? [endedEvent(run, { minimal: false }), endedEvent(run, { minimal: true })]
    : run.state === 'IN_FLIGHT'
      ? [startedEvent(run)]
      : []

test('P8: reports a damaged record as unreadable, or returns a run with valid keys, times and events', () => {
  fc.assert(
    fc.property(damaged, (item) => {
      const parsed = parseItem(item)
      if ('problem' in parsed) {
        expect(parsed.problem.length).toBeLessThan(3000)
        return
      }
      expect(toItem(parsed)).toMatchObject({ pk: runKey(parsed).partition, sk: runKey(parsed).record })
      expect(workAtMs(parsed) ?? 0).toBeGreaterThanOrEqual(0)
      expect(Number.isSafeInteger(parsed.version + 1)).toBe(true)
      for (const { detail } of eventOf(parsed)) {
        const text = JSON.stringify(detail)
        expect(parseWith(RunEventDetail, JSON.parse(text))).toMatchObject({ ok: true })
        expect(text).not.toMatch(/\\ud[89a-f]/i)
      }
    }),
    { numRuns: 5000 },
  )
})
