import { describe, expect, test } from 'vitest'
import { sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import { errorOf, outputOf, salesProject, storeSales, testWorld } from '../test-world.ts'

describe('GetAsset', () => {
  test('returns the asset with its forms and listing', () => {
    const asset = outputOf(testWorld().asset(storeSales))
    expect(asset).toMatchObject({
      id: storeSales,
      name: 'store_sales',
      revision: '1',
      owningProjectId: salesProject,
      typeIdentifier: 'amazon.datazone.GlueTableAssetType',
      listing: { listingStatus: 'ACTIVE' },
      readOnlyFormsOutput: undefined,
    })
    const glue = asset.formsOutput.find(({ typeName }) => typeName === 'amazon.datazone.GlueTableFormType')
    const content = JSON.parse(glue?.content ?? '{}')
    expect(content).toMatchObject({ tableName: 'store_sales' })
    expect(content.columns).toHaveLength(23)
    expect(content.columns[0]).toEqual({ columnName: 'ss_sold_date_sk', dataType: 'int' })
  })

  test('shows the suggestions of a run on the revision that it ran for, once it has succeeded', () => {
    const world = testWorld()
    outputOf(world.start(storeSales))
    const suggested = (revision?: string) =>
      outputOf(world.asset(storeSales, revision ? { revision } : {})).readOnlyFormsOutput
    expect(suggested()).toBeUndefined()
    world.clock.ms += 3_600_000
    const [form, ...others] = suggested() ?? []
    expect([form?.formName, form?.typeName, others]).toEqual([
      'SuggestionForm',
      'amazon.datazone.SuggestionFormType',
      [],
    ])
    const confidence = expect.any(Number)
    expect(JSON.parse(form?.content ?? '').fieldSuggestions).toEqual(
      expect.arrayContaining([
        {
          fieldPath: 'summary',
          suggestions: [{ value: 'Store Sales: one row for each entry.', confidence }],
        },
        { fieldPath: 'columns[2].businessName', suggestions: [{ value: 'Ss Item Sk', confidence }] },
      ]),
    )
    world.control.addRevision({ domainId: sampleDomainId, assetId: storeSales, name: 'store_sales_2' })
    expect(suggested()).toBeUndefined()
    expect(suggested('1')).toEqual([form])
  })

  test('suggests nothing for a failed run', () => {
    const world = testWorld({ failureShare: 1 })
    world.start(storeSales)
    world.clock.ms += 3_600_000
    expect(outputOf(world.asset(storeSales)).readOnlyFormsOutput).toBeUndefined()
  })

  test('keeps earlier revisions, and returns a new one as the latest', () => {
    const world = testWorld()
    const createdAt = new Date(world.clock.ms)
    world.clock.ms += 5000
    const given = { domainId: sampleDomainId, assetId: storeSales }
    expect(
      world.control.addRevision({ ...given, revision: '7', columns: [{ name: 'x', dataType: 'int' }] })
        .revision,
    ).toBe('7')
    expect(world.control.addRevision(given).revision).toBe('8')
    const seen = (more: object) => outputOf(world.asset(storeSales, more))
    expect(seen({})).toMatchObject({
      revision: '8',
      createdAt: new Date(world.clock.ms),
      firstRevisionCreatedAt: createdAt,
    })
    expect(seen({ revision: '1' })).toMatchObject({ revision: '1', createdAt })
    expect(errorOf(world.asset(storeSales, { revision: '2' }))).toBe('ResourceNotFoundException')
    expect(() => world.control.addRevision({ ...given, revision: '7' })).toThrow(
      /revision: .*already has revision '7'/,
    )
    expect(() => world.control.addRevision({ ...given, assetId: 'nothing' })).toThrow(/assetId: 'nothing'/)
  })
})
