import { describe, expect, test } from 'vitest'
import { parseWith } from '../../../lib/contracts/problems.ts'
import { RunRequest } from '../../../lib/contracts/run-request.ts'
import { runRequest } from '../../support/messages.ts'

const problemsOf = (more: object) => {
  const parsed = parseWith(RunRequest, { ...runRequest(), ...more })
  return parsed.ok ? [] : parsed.problems
}

describe('parseWith', () => {
  test('suggests a known field for a misspelled field', () => {
    expect(problemsOf({ type: ['BUSINESS_NAMES'] })).toEqual([
      'body: has unknown fields: "type"; did you mean "types"? Remove or rename them',
    ])
    expect(problemsOf({ asset: { id: 'asset-1', revison: '4' } })).toEqual([
      'asset: has unknown fields: "revison"; did you mean "revision"? Remove or rename them',
    ])
  })

  test('suggests nothing for a field that resembles no known field', () => {
    expect(problemsOf({ urgency: 9 })).toEqual(['body: has unknown fields, remove them: "urgency"'])
  })

  test('names the first eight of many unknown fields, and counts the rest', () => {
    const many = Object.fromEntries(Array.from({ length: 57_000 }, (_, index) => [`field-${index}`, 1]))
    expect(problemsOf(many)).toEqual([
      `body: has unknown fields, remove them: ${[0, 1, 2, 3, 4, 5, 6, 7].map((index) => `"field-${index}"`).join(', ')} and 56992 more`,
    ])
  })

  test('limits the length of each problem, even for long names that the sender chose', () => {
    const long = '\ud800'.repeat(60_000)
    for (const more of [
      { [long]: 1 },
      { asset: { id: 'asset-1', [long]: long } },
      { lane: long },
      { types: [long] },
    ])
      for (const problem of problemsOf(more)) {
        expect(problem.length).toBeLessThanOrEqual(400)
        expect(problem.isWellFormed()).toBe(true)
      }
  })

  test('suggests a known value for a misspelled value', () => {
    expect(problemsOf({ lane: 'backfil' })).toEqual([
      'lane: must be one of "live", "backfill"; did you mean "backfill"?',
    ])
    expect(problemsOf({ types: ['BUSINESS_NAME'] })[0]).toMatch(/did you mean "BUSINESS_NAMES"\?$/)
  })
})
