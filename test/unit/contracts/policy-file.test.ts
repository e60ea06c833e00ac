import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import policyFile from '../../../config/policy.json' with { type: 'json' }
import { policySchema } from '../../../events/generate.ts'
import { parsePolicy } from '../../../lib/contracts/policy-file.ts'

const day = 24 * 3_600_000
const file = (...rules: readonly unknown[]) => ({ version: 1, rules })
const problems = (input: unknown) => {
  const parsed = parsePolicy(input)
  return parsed.ok ? [] : parsed.problems
}

test('config/policy.schema.json is what the code would write, byte for byte (npm run events)', async () => {
  const path = join(import.meta.dirname, '../../../config/policy.schema.json')
  expect(await readFile(path, 'utf8')).toBe(policySchema())
})

test('the policy of the repository runs everything, as DefaultTypes say, with the repeat guard', () => {
  expect(parsePolicy(policyFile)).toEqual({
    ok: true,
    value: { rules: [{ match: {}, verdict: { kind: 'run', policy: { repeatGuardMs: 30 * day } } }] },
  })
})

test('every setting is taken, types in their one order', () => {
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
              startedUntold: true,
            },
          },
        },
      ],
    },
  })
})

describe('a wrong policy is refused, with the place', () => {
  const good = { match: {}, run: {} }
  test.each<[string, unknown, RegExp]>([
    [
      'a domain',
      file(good, good, { match: { domain: 'a/b' }, run: {} }),
      /^rules\[2\]\.match\.domain: must match/,
    ],
    [
      'a type',
      file({ match: {}, run: { types: ['POEMS'] } }),
      /^rules\[0\]\.run\.types\[0\]: must be one of/,
    ],
    [
      'a type twice',
      file({ match: {}, run: { types: ['BUSINESS_NAMES', 'BUSINESS_NAMES'] } }),
      /must not repeat/,
    ],
    [
      'a misspelt field',
      file({ match: { asset: 'x' }, run: {} }),
      /^rules\[0\]\.match: has unknown fields.*"asset"/,
    ],
    ['neither run nor skip', file({ match: {} }), /^rules\[0\]: must have one of run and skip/],
    ['both', file({ match: {}, run: {}, skip: 'why' }), /^rules\[0\]: must have one of run and skip/],
    [
      'one attempt',
      file({ match: {}, run: { retry: { attempts: 1, delayMinutes: 1 } } }),
      /attempts: must have at least 2/,
    ],
    ['no rules', file(), /^rules: must have at least 1/],
    ['another version', { ...file(good), version: 2 }, /^version: must be 1/],
    ['no object', 'everything', /^body: must be a object/],
  ])('%s', (_, input, problem) => {
    expect(problems(input).join('\n')).toMatch(problem)
  })
})
