import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dateDim, errorOf, glue, otherGlue, outputOf, storeSales, testWorld } from '../test-world.ts'

const minute = 60_000

describe('the clientToken of a Start', () => {
  test('keeps the clientTokens of each domain apart', () => {
    const world = testWorld()
    const other = world.catalogue.domains.map((domain) => ({ ...domain, id: 'dzd_other' }))
    world.control.loadCatalogue({ domains: [...world.catalogue.domains, ...other] })
    const elsewhere = { clientToken: 'token', domainIdentifier: 'dzd_other' }
    const [one, two] = [world.start(storeSales, { clientToken: 'token' }), world.start(dateDim, elsewhere)]
    expect([errorOf(one), errorOf(two)]).toEqual(['ok', 'ok'])
    const sources = [
      world.startSource(glue, { clientToken: 'token' }),
      world.startSource(otherGlue, elsewhere),
    ]
    expect(sources.map(errorOf)).toEqual(['ok', 'ok'])
  })

  test('answers a replay without a conflict, unless conflicts are checked before the token', () => {
    const world = testWorld()
    const first = world.start(storeSales, { clientToken: 'token' })
    expect(world.start(storeSales, { clientToken: 'token' })).toEqual(first)
    world.control.changeSettings({ conflictBeforeToken: true })
    expect(errorOf(world.start(storeSales, { clientToken: 'token' }))).toBe('ConflictException')
    world.clock.ms = world.control.runs()[0]?.endsAtMs ?? 0
    expect(outputOf(world.start(storeSales, { clientToken: 'token' })).id).toBe(outputOf(first).id)
  })

  test('returns the same run for a clientToken as long as the token is remembered', () => {
    const world = testWorld()
    const first = world.start(storeSales, { clientToken: 'token' })
    world.clock.ms += 10 * minute
    expect(world.start(storeSales, { clientToken: 'token' })).toEqual(first)
    world.clock.ms += 1
    expect(outputOf(world.start(storeSales, { clientToken: 'token' })).id).not.toBe(outputOf(first).id)
    expect(world.control.runs()).toHaveLength(2)
  })

  test('starts one run per token, however often and in whatever order Starts are repeated', () => {
    const repeats = fc.array(fc.record({ asset: fc.nat(5), waitMs: fc.nat(5000) }), { maxLength: 60 })
    fc.assert(
      fc.property(repeats, (calls) => {
        const world = testWorld()
        const ids = new Map<number, Set<string>>()
        for (const { asset, waitMs } of calls) {
          world.clock.ms += waitMs
          const answer = world.start(world.assetIds[asset] ?? '', { clientToken: `token-${asset}` })
          if (answer.outcome === 'ok') ids.set(asset, (ids.get(asset) ?? new Set()).add(answer.output.id))
        }
        expect([...ids.values()].every((set) => set.size === 1)).toBe(true)
        expect(world.control.runs()).toHaveLength(ids.size)
      }),
    )
  })

  test('returns the first run for a clientToken with another request when tokenMismatch is replay', () => {
    const world = testWorld({ tokenMismatch: 'replay' })
    const first = outputOf(world.start(storeSales, { clientToken: 'token' }))
    expect(outputOf(world.start(dateDim, { clientToken: 'token' }))).toEqual(first)
    const source = outputOf(world.startSource(glue, { clientToken: 'token' }))
    expect(outputOf(world.startSource(otherGlue, { clientToken: 'token' }))).toEqual(source)
    expect([world.control.runs().length, world.control.dataSourceRuns().length]).toEqual([1, 1])
  })

  test('refuses a clientToken with another request with the configured error, and remembers no refusal', () => {
    const another = (settings: object) => {
      const world = testWorld(settings)
      world.start(storeSales, { clientToken: 'token' })
      return errorOf(world.start(dateDim, { clientToken: 'token' }))
    }
    expect(another({})).toBe('ValidationException')
    expect(another({ tokenMismatch: 'ConflictException' })).toBe('ConflictException')
    const world = testWorld()
    expect(errorOf(world.start('nothing', { clientToken: 'token' }))).toBe('ResourceNotFoundException')
    expect(errorOf(world.start(storeSales, { clientToken: 'token' }))).toBe('ok')
  })
})
