import { describe, expect, test } from 'vitest'
import type { AssetSearch } from '../../../../lib/ports/asset-search.ts'
import type { Asset } from '../../../../lib/ports/datazone.ts'
import type { Policy } from '../../../../lib/run/policy.ts'
import { explainUnrequested } from '../../../../lib/usecases/inspect/explain-unrequested.ts'
import { answered, refused, scriptedDataZone } from '../../../support/scripted-datazone.ts'

const target = { domainId: 'dzd_orders', assetId: 'asset-1' }
const asset: Asset = {
  revision: '4',
  owningProjectId: 'sales',
  typeIdentifier: 'amazon.datazone.GlueTableAssetType',
  name: 'store_sales',
}
const rules: Policy['rules'] = [
  { match: { name: 'tmp_*' }, verdict: { kind: 'skip', because: 'temporary tables' } },
  {
    match: { project: 'sales' },
    verdict: { kind: 'run', types: ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'], policy: {} },
  },
  { match: { project: 'refdata' }, verdict: { kind: 'run', policy: {} } },
]

/** Returns a search that shows these assets as published. */
const searchOf = (...published: readonly string[]): AssetSearch => ({
  listed: async () =>
    published.map((assetId) => ({ assetId, name: 'any', projectId: 'sales', isPublished: true })),
  listedAs: async () => [],
  inventory: async () => [],
  project: async () => undefined,
  projects: async () => [],
})
const explain = (shown: Partial<Asset>, search = searchOf('asset-1')) =>
  explainUnrequested(
    target,
    { version: 3, policy: { rules } },
    {
      datazone: scriptedDataZone({ getAsset: async () => answered({ ...asset, ...shown }) }),
      search,
    },
  )

describe('explainUnrequested', () => {
  test('names the rule that would run the asset, and its types', async () => {
    expect(await explain({})).toEqual({
      name: 'store_sales',
      type: 'amazon.datazone.GlueTableAssetType',
      projectId: 'sales',
      isPublished: true,
      decision: 'rules[1] runs it with BUSINESS_NAMES, BUSINESS_DESCRIPTIONS',
      policyVersion: 3,
    })
    expect(await explain({ owningProjectId: 'refdata' })).toMatchObject({
      decision: 'rules[2] runs it with the default types',
    })
  })

  test('names the rule that would skip it, or that none matches', async () => {
    expect(await explain({ name: 'tmp_1' })).toMatchObject({
      decision: 'rules[0] skips it: temporary tables',
    })
    expect(await explain({ owningProjectId: 'other' })).toMatchObject({
      decision: 'no rule matches it, so it is skipped',
    })
  })

  test('says whether the asset itself is published, not another asset of the same name', async () => {
    expect(await explain({}, searchOf('asset-2'))).toMatchObject({ isPublished: false })
  })

  test('makes no GetAsset call when the caller passes the asset', async () => {
    const datazone = scriptedDataZone({})
    expect(
      await explainUnrequested(
        { ...target, asset },
        { version: 3, policy: { rules } },
        { datazone, search: searchOf('asset-1') },
      ),
    ).toMatchObject({ name: 'store_sales' })
    expect(datazone.calls).toEqual([])
  })

  test('returns undefined for an asset that DataZone does not show', async () => {
    const datazone = scriptedDataZone({ getAsset: async () => refused('NOT_FOUND') })
    expect(
      await explainUnrequested(target, { version: 3, policy: { rules } }, { datazone, search: searchOf() }),
    ).toBeUndefined()
  })
})
