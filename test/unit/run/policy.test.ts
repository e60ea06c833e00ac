import { describe, expect, test } from 'vitest'
import { applyPolicy, matchesGlob, type Policy, type RuleMatch } from '../../../lib/run/policy.ts'

const run = { kind: 'run', policy: {} } as const
const where = { domainId: 'dzd_orders', projectId: 'project-1' }
const table = { type: 'amazon.datazone.GlueTableAssetType', name: 'stg_orders' }
const policyOf = (...matches: RuleMatch[]): Policy => ({
  rules: matches.map((match) => ({ match, verdict: run })),
  caps: [],
})

describe('globs', () => {
  test.each([
    ['orders', 'orders', true],
    ['orders', 'orders2', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['stg_*', 'stg_', true],
    ['stg_*', 'astg_x', false],
    ['*_tmp', 'a_tmp', true],
    ['*_tmp', 'a_tmp_b', false],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'abbc', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a*b*b', 'ab', false],
    ['a*b*b*c', 'abc', false],
    ['*b*', 'bc', true],
    ['a**b', 'ab', true],
    ['*b*', 'abc', true],
    ['a.c', 'abc', false],
    ['Orders', 'orders', false],
  ])('%s and %s: %s', (glob, text, matches) => {
    expect(matchesGlob(glob, text)).toBe(matches)
  })

  test('take no more time the more stars they have', () => {
    expect(matchesGlob(`${'*a'.repeat(60)}*c`, 'a'.repeat(5000))).toBe(false)
  })
})

describe('decide', () => {
  test('a rule that names nothing matches every asset, without a look', () => {
    expect(applyPolicy(policyOf({}), where)).toEqual({ decision: 'run', orders: run })
  })

  test('all that a rule names must match', () => {
    const policy = policyOf({ domain: 'dzd_orders', project: 'other' })
    expect(applyPolicy(policy, where)).toEqual({ decision: 'skip', reason: 'NO_RULE' })
    expect(applyPolicy(policy, { ...where, projectId: 'other' })).toMatchObject({ decision: 'run' })
  })

  test('the first rule that matches wins, and a skip says which one and why', () => {
    const skip = { match: { project: 'project-*' }, verdict: { kind: 'skip', because: 'not ready' } } as const
    const all = { match: {}, verdict: run }
    expect(applyPolicy({ rules: [skip, all] }, where)).toEqual({
      decision: 'skip',
      reason: 'POLICY',
      rule: 0,
      because: 'not ready',
    })
    expect(applyPolicy({ rules: [all, skip] }, where)).toMatchObject({ decision: 'run' })
  })

  test('asks for a look only where the answer hangs on it', () => {
    const policy = policyOf({ domain: 'dzd_other', name: 'x' }, { project: 'project-1' }, { assetType: '*' })
    expect(applyPolicy(policy, where)).toMatchObject({ decision: 'run' })
    expect(applyPolicy(policyOf({ name: 'stg_*' }, {}), where)).toEqual({ decision: 'look' })
    expect(applyPolicy(policyOf({ assetType: '*Glue*' }), where)).toEqual({ decision: 'look' })
  })

  test('by type and name, once they are known', () => {
    const known = { ...where, asset: table }
    expect(applyPolicy(policyOf({ name: 'stg_*', assetType: '*.GlueTable*' }), known)).toMatchObject({
      decision: 'run',
    })
    expect(applyPolicy(policyOf({ name: 'stg_*', assetType: '*.Redshift*' }), known)).toMatchObject({
      decision: 'skip',
    })
  })
})
