import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import { dateDim, errorOf, glue, outputOf, storeSales, testWorld } from '../test-world.ts'

const hour = 3_600_000
const domainId = sampleDomainId

describe('control', () => {
  test('applies a changed setting to later runs, and keeps the others', () => {
    const world = testWorld({ failureShare: 0.2, medianMs: 1000 })
    const before = world.control.settings()
    expect(world.control.changeSettings({ failureShare: 1 })).toEqual({ ...before, failureShare: 1 })
    const { id } = outputOf(world.start(storeSales))
    world.control.changeSettings({ failureShare: 0 })
    world.clock.ms += hour
    expect(outputOf(world.get(id)).status).toBe('FAILED')
    const again = outputOf(world.start(storeSales)).id
    world.clock.ms += hour
    expect(outputOf(world.get(again)).status).toBe('SUCCEEDED')
  })

  test('refuses an invalid change, names its field, and changes nothing', () => {
    const world = testWorld({ failureShare: 0.6 })
    const before = world.control.settings()
    expect(() => world.control.changeSettings({ failureShare: 2 })).toThrow(/failureShare/)
    expect(() => world.control.changeSettings({ partialShare: 0.6 })).toThrow(/add up to more than 1/)
    expect(() => world.control.changeSettings({ monthlyQuota: { BUSINESS_NAMES: -1 } })).toThrow(
      /monthlyQuota\.BUSINESS_NAMES/,
    )
    expect(world.control.settings()).toEqual(before)
  })

  test('allows no more Starts than the rate, even while the rate changes', () => {
    const phases = fc.array(
      fc.record({
        perSecond: fc.integer({ min: 1, max: 20 }),
        gapsMs: fc.array(fc.nat(300), { maxLength: 40 }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    fc.assert(
      fc.property(phases, (given) => {
        const world = testWorld()
        let passed = 0
        let allowed = 10
        for (const { perSecond, gapsMs } of given) {
          world.control.changeSettings({ startRatePerSecond: perSecond })
          for (const gapMs of gapsMs) {
            world.clock.ms += gapMs
            allowed += (gapMs * perSecond) / 1000
            if (errorOf(world.start(storeSales, { clientToken: 'token' })) === 'ok') passed += 1
          }
        }
        expect(passed).toBeLessThanOrEqual(allowed + 1e-6)
      }),
    )
  })

  test('throttles at a lower rate at once, and allows a steady pace below it', () => {
    const world = testWorld({ startBucket: 1 })
    world.control.changeSettings({ startRatePerSecond: 6 })
    const outcomesAt = (everyMs: number) =>
      Array.from({ length: 60 }, () => {
        world.clock.ms += everyMs
        return errorOf(world.start(storeSales, { clientToken: 'token' }))
      })
    expect(outcomesAt(102)).toContain('ThrottlingException')
    world.clock.ms += 1000
    expect(new Set(outcomesAt(170))).toEqual(new Set(['ok']))
  })

  test('cuts a shrunken bucket to its new size, and refills it at the rate that was in force', () => {
    const passedAtOnce = (world: ReturnType<typeof testWorld>) =>
      Array.from({ length: 30 }, () => errorOf(world.start(storeSales, { clientToken: 'token' }))).filter(
        (outcome) => outcome === 'ok',
      ).length
    const shrunk = testWorld()
    shrunk.control.changeSettings({ startBucket: 2 })
    expect(passedAtOnce(shrunk)).toBe(2)
    const faster = testWorld({ startRatePerSecond: 1 })
    expect(passedAtOnce(faster)).toBe(10)
    faster.clock.ms += 3000
    faster.control.changeSettings({ startRatePerSecond: 20 })
    expect(passedAtOnce(faster)).toBe(3)
  })

  test('limits the runs of a type per UTC month, without counting replays or refusals', () => {
    const world = testWorld({
      startBucket: 100,
      conflictWhileRunning: false,
      monthlyQuota: { BUSINESS_NAMES: 3 },
    })
    world.clock.ms = Date.UTC(2023, 11, 31, 20)
    const start = (types: string[], clientToken?: string) =>
      errorOf(world.start(storeSales, { types, clientToken }))
    const [names, descriptions] = ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS']
    expect([start([names], 'a'), start([names], 'a'), start([names, descriptions])]).toEqual([
      'ok',
      'ok',
      'ok',
    ])
    expect(errorOf(world.start('nothing', { types: [names] }))).toBe('ResourceNotFoundException')
    expect([start([names]), start([names]), start([names, descriptions])]).toEqual([
      'ok',
      'ServiceQuotaExceededException',
      'ServiceQuotaExceededException',
    ])
    expect([start([descriptions]), start([names], 'a')]).toEqual(['ok', 'ok'])
    world.clock.ms = Date.UTC(2024, 0, 1) - 1
    expect(start([names])).toBe('ServiceQuotaExceededException')
    world.clock.ms = Date.UTC(2024, 0, 1)
    expect(start([names])).toBe('ok')
  })

  test('counts earlier runs of the month toward a quota that is set later', () => {
    const world = testWorld({ conflictWhileRunning: false })
    for (let run = 0; run < 3; run += 1) world.start(storeSales)
    world.control.changeSettings({ monthlyQuota: { BUSINESS_DESCRIPTIONS: 3 } })
    expect(errorOf(world.start(dateDim))).toBe('ServiceQuotaExceededException')
    world.control.changeSettings({ monthlyQuota: {} })
    expect(errorOf(world.start(dateDim))).toBe('ok')
  })

  test('starts no more runs of a type in a month than its quota, for any mix of Starts', () => {
    const kinds = [['BUSINESS_NAMES'], ['BUSINESS_DESCRIPTIONS'], ['BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS']]
    const mix = fc.array(fc.record({ kind: fc.nat(2), waitMs: fc.nat(10 * 24 * hour) }), { maxLength: 40 })
    fc.assert(
      fc.property(mix, fc.nat(5), fc.nat(5), (starts, ofNames, ofDescriptions) => {
        const quota = { BUSINESS_NAMES: ofNames, BUSINESS_DESCRIPTIONS: ofDescriptions }
        const world = testWorld({ conflictWhileRunning: false, monthlyQuota: quota })
        for (const { kind, waitMs } of starts) {
          world.clock.ms += waitMs
          world.start(storeSales, { types: kinds[kind] })
        }
        const used = new Map<string, number>()
        for (const { types, createdAtMs } of world.control.runs())
          for (const type of types) {
            const key = `${type} ${new Date(createdAtMs).toISOString().slice(0, 7)}`
            used.set(key, (used.get(key) ?? 0) + 1)
          }
        for (const [key, count] of used)
          expect(count).toBeLessThanOrEqual(key.startsWith('BUSINESS_NAMES') ? ofNames : ofDescriptions)
      }),
    )
  })

  test('treats forgotten tokens as new tokens', () => {
    const world = testWorld({ conflictWhileRunning: false })
    const ids = () => [
      outputOf(world.start(storeSales, { clientToken: 'token' })).id,
      outputOf(world.startSource(glue, { clientToken: 'token' })).id,
    ]
    const first = ids()
    expect(ids()).toEqual(first)
    expect(world.control.forgetTokens()).toEqual({ forgotten: 2 })
    expect(ids().filter((id) => first.includes(id))).toEqual([])
  })

  test('hides a deleted run, allows another run, and keeps the ids of other runs', () => {
    const world = testWorld()
    const run = outputOf(world.start(storeSales))
    const sourceRun = outputOf(world.startSource(glue))
    for (const { id } of [run, sourceRun])
      expect(world.control.deleteRun({ domainId, runId: id })).toEqual({ deleted: id })
    expect([world.get(run.id), world.getSource(sourceRun.id), world.cancel(run.id)].map(errorOf)).toEqual(
      Array.from({ length: 3 }, () => 'ResourceNotFoundException'),
    )
    expect(outputOf(world.list()).items).toEqual([])
    expect(outputOf(world.list({ targetIdentifier: storeSales })).items).toEqual([])
    expect(outputOf(world.listSource(glue)).items).toEqual([])
    expect(world.control.runs()).toMatchObject([{ id: run.id, deletedAtMs: world.clock.ms }])
    expect(outputOf(world.start(storeSales)).id).not.toBe(run.id)
    expect(outputOf(world.startSource(glue)).id).not.toBe(sourceRun.id)
    expect(() => world.control.deleteRun({ domainId, runId: run.id })).toThrow(/is not a run of/)
  })

  test('removes only the deleted runs from List', () => {
    const deletions = fc.array(fc.nat(19), { maxLength: 25 })
    fc.assert(
      fc.property(deletions, fc.constantFrom('newest' as const, 'random' as const), (indexes, listOrder) => {
        const world = testWorld({ startBucket: 100, listOrder })
        for (const assetId of world.assetIds.slice(0, 20)) world.start(assetId)
        const ids = world.control.runs().map(({ id }) => id)
        world.list()
        const gone = new Set(indexes.map((index) => ids[index] ?? ''))
        for (const runId of gone) world.control.deleteRun({ domainId, runId })
        const listed = outputOf(world.list()).items.map(({ id }) => id)
        expect(listed.toSorted()).toEqual(ids.filter((id) => !gone.has(id)).toSorted())
      }),
      { numRuns: 30 },
    )
  })

  test('plans the outcome of the runs of one asset or data source', () => {
    const world = testWorld({ failureShare: 1 })
    world.control.setOutcomes([
      { target: storeSales, outcome: 'stuck' },
      { target: dateDim, outcome: 'partial', durationMs: 5000 },
      { target: glue, outcome: 'succeeded', durationMs: 7000 },
    ])
    const [stuck, partial] = [outputOf(world.start(storeSales)), outputOf(world.start(dateDim))]
    const other = outputOf(world.start(world.assetIds[9] ?? ''))
    const source = outputOf(world.startSource(glue))
    world.clock.ms += 4999
    expect(outputOf(world.get(partial.id)).status).toBe('IN_PROGRESS')
    world.clock.ms += 2001
    expect(outputOf(world.get(partial.id)).status).toBe('PARTIALLY_SUCCEEDED')
    expect(outputOf(world.getSource(source.id)).status).toBe('SUCCESS')
    world.clock.ms += 1e12
    expect([stuck, other].map(({ id }) => outputOf(world.get(id)).status)).toEqual(['IN_PROGRESS', 'FAILED'])
    expect(world.control.setOutcomes([])).toEqual({ outcomes: 0 })
    world.cancel(stuck.id)
    const free = outputOf(world.start(storeSales))
    world.clock.ms += hour
    expect(outputOf(world.get(free.id)).status).toBe('FAILED')
    expect(() => world.control.setOutcomes([{ target: '', outcome: 'failed' }])).toThrow(/\[0\]\.target/)
  })
})
