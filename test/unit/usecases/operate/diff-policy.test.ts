import { describe, expect, test } from 'vitest'
import type { Policy } from '../../../../lib/run/policy.ts'
import { diffPolicy } from '../../../../lib/usecases/operate/diff-policy.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryCatalog } from '../../../support/memory-catalog.ts'

type Rules = Pick<Policy, 'rules'>
const run = (over: object = {}): Policy['rules'][number]['verdict'] => ({ kind: 'run', policy: {}, ...over })
const runsAll: Rules = { rules: [{ match: {}, verdict: run() }] }

/** Returns a catalog of six assets, alternately of two projects. */
const catalog = () =>
  memoryCatalog(
    (index) => ({
      assetId: `asset-${index}`,
      name: `table_${index}`,
      projectId: index % 2 === 0 ? 'sales' : 'refdata',
      typeIdentifier: index < 4 ? 'amazon.datazone.GlueTableAssetType' : 'custom.View',
      hasDescription: false,
      revision: '1',
    }),
    6,
    2,
  )
const diff = (before: Rules, after: Rules, from = catalog()) =>
  diffPolicy('dzd_orders', { before, after }, { catalog: from, clock: manualClock() })

describe('diffPolicy', () => {
  test('finds no difference between two policies that decide alike, whatever the order of their rules', async () => {
    const same: Rules = {
      rules: [
        { match: { project: 'sales' }, verdict: run() },
        { match: {}, verdict: run() },
      ],
    }
    expect(await diff(runsAll, same)).toEqual({ listed: 6, changed: 0, differences: [] })
  })

  test('counts the assets with another decision by project, with an example', async () => {
    const after: Rules = {
      rules: [
        { match: { assetType: 'custom.*' }, verdict: { kind: 'skip', because: 'views' } },
        {
          match: { project: 'sales' },
          verdict: run({ types: ['BUSINESS_NAMES'], policy: { deadlineMs: 60_000 } }),
        },
      ],
    }
    expect(await diff(runsAll, after)).toEqual({
      listed: 6,
      changed: 6,
      differences: [
        {
          projectId: 'refdata',
          before: 'run the default types',
          after: 'skip: no rule',
          assets: 2,
          example: 'table_1',
        },
        {
          projectId: 'refdata',
          before: 'run the default types',
          after: 'skip: views',
          assets: 1,
          example: 'table_5',
        },
        {
          projectId: 'sales',
          before: 'run the default types',
          after: 'run BUSINESS_NAMES {"deadlineMs":60000}',
          assets: 2,
          example: 'table_0',
        },
        {
          projectId: 'sales',
          before: 'run the default types',
          after: 'skip: views',
          assets: 1,
          example: 'table_4',
        },
      ],
    })
  })

  test('treats a rule that names the default types of the stack like one that names none', async () => {
    const named: Rules = { rules: [{ match: {}, verdict: run({ types: ['BUSINESS_DESCRIPTIONS'] }) }] }
    expect(await diff(runsAll, named)).toMatchObject({ changed: 6 })
    const compared = { before: runsAll, after: named, defaultTypes: ['BUSINESS_DESCRIPTIONS'] as const }
    const context = { catalog: catalog(), clock: manualClock() }
    expect(await diffPolicy('dzd_orders', compared, context)).toEqual({
      listed: 6,
      changed: 0,
      differences: [],
    })
  })

  test('compares 3,000 assets, and finds the one that a rule by name skips', async () => {
    const many = memoryCatalog(
      (index) => ({
        assetId: `asset-${index}`,
        name: `table_${index}`,
        projectId: `project-${index % 7}`,
        typeIdentifier: 'amazon.datazone.GlueTableAssetType',
        hasDescription: false,
        revision: '1',
      }),
      3000,
    )
    const after: Rules = {
      rules: [
        { match: { name: 'table_2999' }, verdict: { kind: 'skip', because: 'a copy' } },
        ...runsAll.rules,
      ],
    }
    expect(await diff(runsAll, after, many)).toMatchObject({
      listed: 3000,
      changed: 1,
      differences: [{ projectId: 'project-3', example: 'table_2999', after: 'skip: a copy' }],
    })
    expect(many.calls).toHaveLength(60)
  })

  test('reports its progress, page by page', async () => {
    const seen: unknown[] = []
    await diffPolicy(
      'dzd_orders',
      { before: runsAll, after: runsAll },
      { catalog: catalog(), clock: manualClock() },
      (listed, total) => seen.push([listed, total]),
    )
    expect(seen).toEqual([
      [2, 6],
      [4, 6],
      [6, 6],
    ])
  })

  test('fails with the refusal of a page', async () => {
    const refusing = catalog()
    refusing.refuses = () => 'DENIED'
    await expect(diff(runsAll, runsAll, refusing)).rejects.toMatchObject({
      name: 'CatalogRefused',
      kind: 'DENIED',
    })
  })
})
