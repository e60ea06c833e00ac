import { describe, expect, test } from 'vitest'
import type { GenerationType } from '../../../lib/run/run.ts'
import { retryBehindAtMs } from '../../../lib/run/start-safety.ts'
import { hasToWait } from '../../support/has-to-wait.ts'
import { inFlightRun, minute, parkedRun, plannedRun, sourceSubject, subject, t0 } from '../../support/runs.ts'

const sent = { firstAtMs: t0, lastAtMs: t0 }
const [names, both]: [GenerationType[], GenerationType[]] = [
  ['BUSINESS_NAMES'],
  ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
]
const named = { ...subject, types: names }
/** A retry of the names of a subject with both types: it starts the same types as the subject `named`. */
const retry = { subject: { ...subject, types: both }, attempt: 2, onlyTypes: names }

describe('P1: runsAhead for a run that List could not tell apart', () => {
  const other = parkedRun({ subject: named, earlierStart: sent })

  test('waits for another subject with an earlier Start of the same types', () => {
    expect(hasToWait(retry, [other])).toBe(true)
  })

  test.each([
    ['it has no earlier Start', parkedRun({ subject: named })],
    ['it is not parked', plannedRun({ subject: named, earlierStart: sent } as object)],
    ['it has another revision', parkedRun({ subject: { ...named, revision: '5' }, earlierStart: sent })],
    [
      'it starts other types',
      parkedRun({ subject: { ...subject, types: ['BUSINESS_DESCRIPTIONS'] }, earlierStart: sent }),
    ],
  ])('does not wait when %s', (_, run) => {
    expect(hasToWait(retry, [run])).toBe(false)
  })

  test('does not wait when neither attempt retries some of its types', () => {
    const same = parkedRun({ subject: named, earlierStart: sent, attempt: 2 })
    expect(hasToWait({ subject: named, attempt: 1 }, [same])).toBe(false)
  })

  test('does not compare data source runs with runs of an asset', () => {
    const source = parkedRun({ subject: sourceSubject, onlyTypes: names })
    expect(hasToWait(retry, [source])).toBe(false)
    expect(hasToWait({ subject: sourceSubject, attempt: 1, onlyTypes: names }, [other])).toBe(false)
  })

  test('lets one of two runs with earlier Starts go first, always the same one', () => {
    const [first, second] = [
      parkedRun({ ...retry, earlierStart: sent }),
      parkedRun({ subject: named, earlierStart: sent }),
    ]
    expect([hasToWait(first, [second]), hasToWait(second, [first])]).toEqual([false, true])
    expect(hasToWait(first, [{ ...first }])).toBe(false)
  })
})

describe('runsAhead for its own subject', () => {
  const attempt = { subject, attempt: 2 }

  test.each<[string, number, boolean]>([
    ['waits for an earlier attempt that is parked', 1, true],
    ['does not wait for itself', 2, false],
    ['does not wait for a later attempt', 3, false],
  ])('%s', (_, other, expected) => {
    expect(hasToWait(attempt, [parkedRun({ attempt: other })])).toBe(expected)
  })

  test('does not wait for an earlier attempt that is only planned', () => {
    expect(hasToWait(attempt, [plannedRun({ attempt: 1 })])).toBe(false)
  })
})

describe('retryBehindAtMs', () => {
  const full = parkedRun({ reason: 'CAP_FULL', retryAtMs: t0 + 20 * minute })

  test.each([
    ['after the wait behind a run', [inFlightRun()], 5],
    ['after the next try of a request ahead', [full], 25],
    ['after the latest of several', [full, inFlightRun(), parkedRun({ retryAtMs: t0 + 30 * minute })], 35],
    ['after the wait behind a request that is due', [parkedRun({ retryAtMs: t0 - minute })], 5],
    ['within an hour behind a full month', [parkedRun({ retryAtMs: t0 + 10_000 * minute })], 60],
  ])('tries again %s', (_, ahead, minutes) => {
    expect(retryBehindAtMs(ahead, t0, 5 * minute)).toBe(t0 + minutes * minute)
  })
})
