import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateDim, errorOf, glue, outputOf, salesProject, storeSales, testWorld } from '../test-world.ts'

const minutes = 60_000

describe('StartMetadataGenerationRun', () => {
  test('moves from submitted to in progress to ended, as Get shows at every moment', () => {
    const world = testWorld()
    const { id } = outputOf(world.start(storeSales))
    const [truth] = world.control.runs()
    if (truth === undefined) throw new Error('no metadata run was started')
    const seenAt = (ms: number) => {
      world.clock.ms = ms
      const { status, typeStats } = outputOf(world.get(id))
      return [status, typeStats?.map((stat) => stat.status)]
    }
    expect(seenAt(truth.submittedUntilMs - 1)).toEqual(['SUBMITTED', undefined])
    expect(seenAt(truth.submittedUntilMs)).toEqual(['IN_PROGRESS', ['IN_PROGRESS', 'IN_PROGRESS']])
    expect(seenAt(truth.endsAtMs - 1)).toEqual(['IN_PROGRESS', ['IN_PROGRESS', 'IN_PROGRESS']])
    expect(seenAt(truth.endsAtMs)).toEqual(['SUCCEEDED', ['SUCCEEDED', 'SUCCEEDED']])
  })

  test('shows the input that a run was started with', () => {
    const world = testWorld()
    const started = outputOf(
      world.start(storeSales, { target: { type: 'ASSET', identifier: storeSales, revision: '1' } }),
    )
    expect(outputOf(world.get(started.id))).toMatchObject({
      id: started.id,
      owningProjectId: salesProject,
      target: { type: 'ASSET', identifier: storeSales, revision: '1' },
      types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'],
      type: 'BUSINESS_DESCRIPTIONS',
      createdAt: new Date(world.clock.ms),
    })
    expect(started.id).toMatch(/^[a-z0-9]{14}$/)
  })

  test('finds only a run of the type that Get names', () => {
    const world = testWorld()
    const { id } = outputOf(world.start(storeSales, { types: ['BUSINESS_NAMES'] }))
    expect(errorOf(world.get(id, { type: 'BUSINESS_NAMES' }))).toBe('ok')
    expect(errorOf(world.get(id, { type: 'BUSINESS_DESCRIPTIONS' }))).toBe('ResourceNotFoundException')
  })

  test('explains failed and partial runs, type by type', () => {
    const statsOf = (shares: object, types: string[]) => {
      const world = testWorld({ failureShare: 0, ...shares })
      const { id } = outputOf(world.start(storeSales, { types }))
      world.clock.ms += 60 * minutes
      const run = outputOf(world.get(id))
      return [
        run.status,
        run.typeStats?.map(({ status, errorMessage }) => [status, errorMessage !== undefined]),
      ]
    }
    const [two, one] = [['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'], ['BUSINESS_NAMES']]
    expect(statsOf({ failureShare: 1 }, two)).toEqual([
      'FAILED',
      [
        ['FAILED', true],
        ['FAILED', true],
      ],
    ])
    expect(statsOf({ partialShare: 1 }, two)).toEqual([
      'PARTIALLY_SUCCEEDED',
      [
        ['SUCCEEDED', false],
        ['FAILED', true],
      ],
    ])
    expect(statsOf({ partialShare: 1 }, one)).toEqual([
      'PARTIALLY_SUCCEEDED',
      [['PARTIALLY_SUCCEEDED', true]],
    ])
  })

  test('ends a run in an unknown status, or never, when the settings say so', () => {
    const statusOf = (shares: object) => {
      const world = testWorld(shares)
      const { id } = outputOf(world.start(storeSales))
      world.clock.ms += 1e12
      return outputOf(world.get(id)).status
    }
    expect(statusOf({ unknownStatusShare: 1 })).toBe('AWAITING_REVIEW')
    expect(statusOf({ stuckShare: 1 })).toBe('IN_PROGRESS')
  })

  test('spreads endings and durations as the settings say', () => {
    const world = testWorld({ assets: 4000, failureShare: 0.05, partialShare: 0.2, startBucket: 4000 })
    for (const assetId of world.assetIds) world.start(assetId)
    const runs = world.control.runs()
    const shareOf = (ending: string) => runs.filter((run) => run.ending === ending).length / runs.length
    const lasted = runs.map((run) => run.endsAtMs - run.createdAtMs).sort((one, other) => one - other)
    const at = (share: number) => (lasted[Math.floor(lasted.length * share)] ?? 0) / 1000
    expect(shareOf('FAILED')).toBeCloseTo(0.05, 1)
    expect(shareOf('PARTIALLY_SUCCEEDED')).toBeCloseTo(0.2, 1)
    expect(at(0.5)).toBeGreaterThan(28)
    expect(at(0.5)).toBeLessThan(32)
    expect(at(0.8413) / at(0.5)).toBeCloseTo(Math.exp(0.5), 0)
    expect(
      runs.every((run) => run.createdAtMs < run.submittedUntilMs && run.submittedUntilMs < run.endsAtMs),
    ).toBe(true)
  })

  test('divides the durations by speed, but not the rate of Starts', () => {
    const [slow, fast] = [testWorld(), testWorld({ speed: 60 })]
    const lasts = (world: typeof slow) => {
      for (const assetId of world.assetIds) world.start(assetId)
      return world.control.runs().map((run) => run.endsAtMs - run.createdAtMs)
    }
    const [long, short] = [lasts(slow), lasts(fast)]
    expect(long).toHaveLength(10)
    for (const [index, ms] of long.entries())
      expect(Math.abs((short[index] ?? 0) - ms / 60)).toBeLessThanOrEqual(1)
  })

  test('divides the import of lineage by speed', () => {
    const lasts = (speed: number) => {
      const world = testWorld({ speed, lineageMs: 60_000 })
      world.startSource(glue)
      return world.control.dataSourceRuns().map(({ endsAtMs, lineageEndsAtMs }) => lineageEndsAtMs - endsAtMs)
    }
    expect([lasts(1), lasts(60)]).toEqual([[60_000], [1000]])
  })

  test('draws a run independently of the Starts of other assets', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(testWorld().assetIds, { minLength: 2 }), (assetIds) => {
        const runsBy = (order: readonly string[]) => {
          const world = testWorld({ startBucket: 100, failureShare: 0.5 })
          for (const assetId of order) world.start(assetId)
          return world.control.runs().sort((one, other) => (one.id < other.id ? -1 : 1))
        }
        expect(runsBy(assetIds)).toEqual(runsBy(assetIds.toSorted()))
      }),
    )
  })

  test('draws other ids for another seed', () => {
    const idFor = (seed: string) => outputOf(testWorld({ seed }).start(storeSales)).id
    expect(idFor('a')).toBe(idFor('a'))
    expect(idFor('a')).not.toBe(idFor('b'))
  })

  test('answers unknown targets, a wrong project and missing types with the errors of DataZone', () => {
    const world = testWorld()
    const target = (more: object) => ({ target: { type: 'ASSET', identifier: storeSales, ...more } })
    const elsewhere = { domainIdentifier: 'dzd_elsewhere' }
    expect(errorOf(world.start(storeSales, elsewhere))).toBe('ResourceNotFoundException')
    expect(errorOf(world.start(storeSales, target({ identifier: 'nothing' })))).toBe(
      'ResourceNotFoundException',
    )
    expect(errorOf(world.start(storeSales, target({ revision: '2' })))).toBe('ResourceNotFoundException')
    expect(errorOf(world.start(dateDim, { owningProjectIdentifier: salesProject }))).toBe(
      'AccessDeniedException',
    )
    expect(errorOf(world.start(storeSales, { types: undefined }))).toBe('ValidationException')
    expect(errorOf(world.get('nothing'))).toBe('ResourceNotFoundException')
    expect(world.control.runs()).toEqual([])
  })

  test('runs only tables with columns: Glue, Redshift, or a custom type with the relational form', () => {
    const world = testWorld({ startBucket: 50 })
    const outcomeOf = (asset: object) => {
      const given = { id: 'one', projectId: 'p', name: 'one', columns: [{ name: 'a', dataType: 'int' }] }
      const assets = [{ ...given, typeIdentifier: 'amazon.datazone.GlueTableAssetType', ...asset }]
      world.control.loadCatalogue({
        domains: [{ id: 'dzd_other', projects: [{ id: 'p', name: 'P' }], assets }],
      })
      world.clock.ms += 60 * minutes
      return errorOf(world.start('one', { domainIdentifier: 'dzd_other', owningProjectIdentifier: 'p' }))
    }
    expect(outcomeOf({})).toBe('ok')
    expect(outcomeOf({ typeIdentifier: 'amazon.datazone.RedshiftTableAssetType' })).toBe('ok')
    expect(outcomeOf({ typeIdentifier: 'amazon.datazone.RedshiftViewAssetType' })).toBe('ok')
    expect(outcomeOf({ typeIdentifier: 'MyTable', forms: ['amazon.datazone.RelationalTableFormType'] })).toBe(
      'ok',
    )
    expect(outcomeOf({ typeIdentifier: 'MyTable' })).toBe('ValidationException')
    expect(outcomeOf({ typeIdentifier: 'amazon.datazone.S3ObjectCollectionAssetType' })).toBe(
      'ValidationException',
    )
    expect(outcomeOf({ columns: [] })).toBe('ValidationException')
  })

  test('accepts the deprecated type without types', () => {
    const world = testWorld()
    const { types, type } = outputOf(world.start(storeSales, { types: undefined, type: 'BUSINESS_NAMES' }))
    expect({ types, type }).toEqual({ types: ['BUSINESS_NAMES'], type: 'BUSINESS_NAMES' })
  })

  test('runs the latest revision when Start names none', () => {
    const world = testWorld()
    expect(world.control.addRevision({ domainId: 'dzd_sample1234567', assetId: storeSales }).revision).toBe(
      '2',
    )
    world.start(storeSales)
    expect(world.control.runs()[0]?.revision).toBe('2')
  })

  test('allows one active run per asset, whatever its revision and types, unless the setting is off', () => {
    const world = testWorld()
    world.start(storeSales, { types: ['BUSINESS_NAMES'] })
    expect(errorOf(world.start(storeSales, { types: ['BUSINESS_DESCRIPTIONS'] }))).toBe('ConflictException')
    expect(errorOf(world.start(dateDim))).toBe('ok')
    world.clock.ms = world.control.runs()[0]?.endsAtMs ?? 0
    expect(errorOf(world.start(storeSales))).toBe('ok')
    const lenient = testWorld({ conflictWhileRunning: false })
    expect([lenient.start(storeSales), lenient.start(storeSales)].map(errorOf)).toEqual(['ok', 'ok'])
  })

  test('allows no more Starts than the bucket and its refill, counting replays and refusals', () => {
    const arrivals = fc.array(fc.nat(400), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(arrivals, (gapsMs) => {
        const world = testWorld()
        const passedAtMs: number[] = []
        for (const gapMs of gapsMs) {
          world.clock.ms += gapMs
          const outcome = errorOf(world.start(storeSales, { clientToken: 'token' }))
          if (outcome !== 'ThrottlingException') passedAtMs.push(world.clock.ms)
        }
        for (const [index, fromMs] of passedAtMs.entries())
          for (const [later, toMs] of passedAtMs.slice(index).entries())
            expect(later + 1).toBeLessThanOrEqual(10 + (toMs - fromMs) / 100 + 1e-6)
        expect(world.control.calls().throttledStarts).toBe(gapsMs.length - passedAtMs.length)
      }),
    )
  })

  test('never throttles a steady ten calls a second', () => {
    const world = testWorld({ startBucket: 1 })
    const outcomes = new Set<string>()
    for (let call = 0; call < 500; call += 1) {
      outcomes.add(errorOf(world.start(storeSales, { clientToken: 'token' })))
      world.clock.ms += 100
    }
    expect([...outcomes]).toEqual(['ok'])
  })
})
