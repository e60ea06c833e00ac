import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import policyFile from '../../../config/policy.json' with { type: 'json' }
import { policySchema } from '../../../events/generate.ts'
import { parsePolicy } from '../../../lib/contracts/policy-file.ts'

const day = 24 * 3_600_000
const file = (...rules: readonly unknown[]) => ({ version: 1, rules })
const capped = (...caps: readonly unknown[]) => ({ ...file({ match: {}, run: {} }), caps })
const problems = (input: unknown) => {
  const parsed = parsePolicy(input)
  return parsed.ok ? [] : parsed.problems
}

test('keeps config/policy.schema.json up to date (otherwise run npm run events)', async () => {
  const path = join(import.meta.dirname, '../../../config/policy.schema.json')
  expect(await readFile(path, 'utf8')).toBe(policySchema())
})

test('runs every asset with the policy of the repository, with DefaultTypes and the repeat guard', () => {
  expect(parsePolicy(policyFile)).toEqual({
    ok: true,
    value: {
      rules: [{ match: {}, verdict: { kind: 'run', policy: { repeatGuardMs: 30 * day } } }],
      triggers: ['PUBLISHED'],
      caps: [
        { name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 10_000 },
        { name: 'names', type: 'BUSINESS_NAMES', perMonth: 50_000 },
      ],
    },
  })
})

test('reads every setting, with types in canonical order', () => {
  const run = {
    types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'],
    retry: { attempts: 3, delayMinutes: 15 },
    deadlineMinutes: 60,
    cancelAtDeadline: true,
    announceStarted: false,
    repeatGuardDays: 0,
  }
  const match = { domain: 'dzd_*', project: 'p1', assetType: 'amazon.datazone.*', name: 'sales *' }
  expect(parsePolicy(file({ match, skip: 'no' }, { match: {}, run }))).toEqual({
    ok: true,
    value: {
      rules: [
        { match, verdict: { kind: 'skip', because: 'no' } },
        {
          match: {},
          verdict: {
            kind: 'run',
            types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
            policy: {
              retry: { attempts: 3, delayMs: 900_000 },
              deadlineMs: 3_600_000,
              cancelAtDeadline: true,
              announceStarted: false,
            },
          },
        },
      ],
      triggers: ['PUBLISHED'],
      caps: [],
    },
  })
})

test('leaves out a setting that equals its default', () => {
  const orders = (run: object) => parsePolicy(file({ match: {}, run: { repeatGuardDays: 0, ...run } }))
  const ordering = (policy: object) => ({
    ok: true,
    value: { rules: [{ match: {}, verdict: { kind: 'run', policy } }], triggers: ['PUBLISHED'], caps: [] },
  })
  expect(orders({ cancelAtDeadline: false, announceStarted: true })).toEqual(ordering({}))
})

test('reads caps unchanged', () => {
  const caps = [
    { name: 'descriptions', type: 'BUSINESS_DESCRIPTIONS', perMonth: 900, reserveForLive: 100 },
    { name: 'sales-2', domain: 'dzd_*', project: 'p1', perDay: 40, perMonth: 30, reserveForLive: 29 },
    { name: 'small', perDay: 2, reserveForLive: 1 },
  ]
  expect(parsePolicy({ ...file({ match: {}, run: {} }), caps })).toMatchObject({ ok: true, value: { caps } })
})

test('reads which foreign data source runs to follow', () => {
  const followDataSourceRuns = [{ domain: 'dzd_*', project: 'p1', dataSource: 'glue_*' }, {}]
  expect(parsePolicy({ ...file({ match: {}, run: {} }), followDataSourceRuns })).toMatchObject({
    ok: true,
    value: { followDataSourceRuns },
  })
})

const binding = (sender: object) => ({
  ...file({ match: {}, run: {} }),
  senders: [{ allowedProjects: [], ...sender }],
})

test('reads the senders that are bound to projects', () => {
  const senders = [
    { principal: 'AROAEXAMPLEID:*', allowedProjects: ['p1', 'finance-*'] },
    { account: '444455556666', source: 'load', allowedProjects: [] },
  ]
  expect(parsePolicy({ ...file({ match: {}, run: {} }), senders })).toMatchObject({
    ok: true,
    value: { senders },
  })
})

describe('an invalid policy', () => {
  const good = { match: {}, run: {} }
  test.each<[string, unknown, RegExp]>([
    [
      'an invalid domain',
      file(good, good, { match: { domain: 'a/b' }, run: {} }),
      /^rules\[2\]\.match\.domain: must match/,
    ],
    [
      'an unknown type',
      file({ match: {}, run: { types: ['POEMS'] } }),
      /^rules\[0\]\.run\.types\[0\]: must be one of/,
    ],
    [
      'a repeated type',
      file({ match: {}, run: { types: ['BUSINESS_NAMES', 'BUSINESS_NAMES'] } }),
      /must not repeat/,
    ],
    [
      'a misspelled field',
      file({ match: { asset: 'x' }, run: {} }),
      /^rules\[0\]\.match: has unknown fields.*"asset"/,
    ],
    ['a sender without a field', binding({}), /^senders\[0\]: must have source, account or principal/],
    [
      'a principal that is only a wildcard',
      binding({ principal: '*' }),
      /^senders\[0\]\.principal: must match/,
    ],
    ['an invalid account', binding({ account: '1' }), /^senders\[0\]\.account: must match/],
    ['a rule with neither run nor skip', file({ match: {} }), /^rules\[0\]: must have either run or skip/],
    [
      'a rule with both run and skip',
      file({ match: {}, run: {}, skip: 'why' }),
      /^rules\[0\]: must have either run or skip/,
    ],
    [
      'a retry with one attempt',
      file({ match: {}, run: { retry: { attempts: 1, delayMinutes: 1 } } }),
      /attempts: must be at least 2$/,
    ],
    [
      'a misspelled field of followDataSourceRuns',
      { ...file(good), followDataSourceRuns: [{}, { source: 'x' }] },
      /^followDataSourceRuns\[1\]: has unknown fields.*"source"/,
    ],
    [
      'an invalid id in followDataSourceRuns',
      { ...file(good), followDataSourceRuns: [{ dataSource: 'a b' }] },
      /^followDataSourceRuns\[0\]\.dataSource: must match/,
    ],
    ['a file without rules', file(), /^rules: must have at least 1 entry$/],
    ['another version', { ...file(good), version: 2 }, /^version: must be 1/],
    ['a cap without a number', capped({ name: 'a' }), /^caps\[0\]: must have perDay or perMonth/],
    ['a cap without a name', capped({ perDay: 1 }), /^caps\[0\]\.name: is missing/],
    ['a cap with an invalid name', capped({ name: 'Sales', perDay: 1 }), /^caps\[0\]\.name: must match/],
    [
      'a repeated cap name',
      capped({ name: 'a', perDay: 1 }, { name: 'a', perMonth: 1 }),
      /^caps: must not repeat a name/,
    ],
    ['a cap of zero', capped({ name: 'a', perDay: 0 }), /^caps\[0\]\.perDay: must be at least 1$/],
    [
      'a cap of half a run',
      capped({ name: 'a', perMonth: 1.5 }),
      /^caps\[0\]\.perMonth: must be a whole number$/,
    ],
    ['an unknown field of the file', { ...file(good), rule: [] }, /^file: has unknown fields.*"rule"/],
    [
      'a reserve of the whole month',
      capped({ name: 'a', perDay: 9 }, { name: 'b', perDay: 9, perMonth: 5, reserveForLive: 5 }),
      /^caps\[1\]: must have a reserveForLive below perMonth/,
    ],
    [
      'a reserve of the whole day',
      capped({ name: 'a', perDay: 5, reserveForLive: 5 }),
      /^caps\[0\]: must have a reserveForLive below perMonth/,
    ],
    ['a reserve without a limit', capped({ name: 'a', reserveForLive: 5 }), /^caps\[0\]: /],
    [
      'a misspelled field of a cap',
      capped({ name: 'a', perDay: 1, asset: 'x' }),
      /^caps\[0\]: has unknown fields/,
    ],
    [
      'an unknown type of a cap',
      capped({ name: 'a', perDay: 1, type: 'POEMS' }),
      /^caps\[0\]\.type: must be one of/,
    ],
    [
      'too many caps',
      capped(...Array.from({ length: 21 }, (_, index) => ({ name: `cap-${index}`, perDay: 1 }))),
      /^caps: must have at most 20 entries$/,
    ],
    ['a value that is not an object', 'everything', /^file: must be an object$/],
  ])('names the path of %s', (_, input, problem) => {
    expect(problems(input).join('\n')).toMatch(problem)
  })
})
