import { describe, expect, test } from 'vitest'
import { applyPolicy, type Policy, type RuleMatch } from '../../../lib/run/policy.ts'

const run = { kind: 'run', policy: {} } as const
const where = { domainId: 'dzd_orders', projectId: 'project-1' }
const table = { type: 'amazon.datazone.GlueTableAssetType', name: 'stg_orders' }
const policyOf = (...matches: RuleMatch[]): Policy => ({
  rules: matches.map((match) => ({ match, verdict: run })),
  triggers: ['PUBLISHED'],
  caps: [],
})

describe('applyPolicy', () => {
  test('matches every asset with an empty rule, without GetAsset', () => {
    expect(applyPolicy(policyOf({}), where)).toEqual({
      decision: 'run',
      settings: { ...run, policy: { rule: 0 } },
    })
  })

  test('requires everything that a rule names', () => {
    const policy = policyOf({ domain: 'dzd_orders', project: 'other' })
    expect(applyPolicy(policy, where)).toEqual({ decision: 'skip', reason: 'NO_RULE' })
    expect(applyPolicy(policy, { ...where, projectId: 'other' })).toMatchObject({ decision: 'run' })
  })

  test('takes the first rule that matches, and names it in a skip', () => {
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

  test('needs GetAsset only when the decision depends on it', () => {
    const policy = policyOf({ domain: 'dzd_other', name: 'x' }, { project: 'project-1' }, { assetType: '*' })
    expect(applyPolicy(policy, where)).toMatchObject({ decision: 'run' })
    expect(applyPolicy(policyOf({ name: 'stg_*' }, {}), where)).toEqual({ decision: 'look' })
    expect(applyPolicy(policyOf({ assetType: '*Glue*' }), where)).toEqual({ decision: 'look' })
  })

  test('matches by type and name once they are known', () => {
    const known = { ...where, asset: table }
    expect(applyPolicy(policyOf({ name: 'stg_*', assetType: '*.GlueTable*' }), known)).toMatchObject({
      decision: 'run',
    })
    expect(applyPolicy(policyOf({ name: 'stg_*', assetType: '*.Redshift*' }), known)).toMatchObject({
      decision: 'skip',
    })
  })
})
