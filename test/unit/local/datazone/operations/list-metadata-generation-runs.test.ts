import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ListInput } from '../../../../../local/datazone/operations/list-metadata-generation-runs.ts'
import { errorOf, outputOf, storeSales, testWorld } from '../test-world.ts'

type World = ReturnType<typeof testWorld>

const everyPage = (world: World, filter: Partial<ListInput>) => {
  const items = []
  let nextToken: string | undefined
  do {
    const page = outputOf(world.list({ ...filter, ...(nextToken === undefined ? {} : { nextToken }) }))
    items.push(...page.items)
    if (items.length > world.control.runs().length) throw new Error('more items than there are runs')
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return items
}

/** Starts one run for each gap, and lets the gap pass after it. */
const worldWithRuns = (settings: Parameters<typeof testWorld>[0], gapsMs: readonly number[]): World => {
  const world = testWorld({ startBucket: 1000, ...settings })
  for (const [index, gapMs] of gapsMs.entries()) {
    const types = [['BUSINESS_NAMES'], ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES']][index % 2]
    world.start(world.assetIds[index % world.assetIds.length] ?? '', { types })
    world.clock.ms += gapMs
  }
  return world
}

const filters = fc.record(
  {
    status: fc.constantFrom('SUBMITTED', 'IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'CANCELED'),
    type: fc.constantFrom('BUSINESS_NAMES', 'BUSINESS_DESCRIPTIONS'),
    targetIdentifier: fc.constantFrom(storeSales, 'nothing'),
    maxResults: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: [] },
)

const order = fc.constantFrom('newest' as const, 'oldest' as const, 'random' as const)
const gaps = fc.array(fc.nat(9000), { maxLength: 70 })

describe('ListMetadataGenerationRuns', () => {
  test('pages through exactly the runs of a query, each once', () => {
    fc.assert(
      fc.property(order, gaps, filters, (listOrder, gapsMs, filter) => {
        const world = worldWithRuns({ listOrder, failureShare: 0.3, conflictWhileRunning: false }, gapsMs)
        const wanted = world.control
          .runs()
          .filter((run) => filter.status === undefined || run.status === filter.status)
          .filter((run) => filter.type === undefined || run.types.includes(filter.type))
          .filter((run) => filter.targetIdentifier === undefined || run.assetId === filter.targetIdentifier)
        const listed = everyPage(world, filter)
        expect(listed.map(({ id }) => id).sort()).toEqual(wanted.map(({ id }) => id).sort())
      }),
    )
  })

  test('lists the newest or the oldest first, or in a random order that stays the same', () => {
    const [newest, oldest, random] = (['newest', 'oldest', 'random'] as const).map((listOrder) =>
      worldWithRuns(
        { listOrder, conflictWhileRunning: false },
        Array.from({ length: 60 }, () => 10),
      ),
    )
    if (newest === undefined || oldest === undefined || random === undefined) throw new Error('unreachable')
    const started = newest.control.runs().map(({ id }) => id)
    const idsOf = (world: World, filter: object) => everyPage(world, filter).map(({ id }) => id)
    expect(idsOf(newest, {})).toEqual(started.toReversed())
    expect(idsOf(oldest, { maxResults: 7 })).toEqual(oldest.control.runs().map(({ id }) => id))
    expect(idsOf(random, {})).not.toEqual(started.toReversed())
    expect(idsOf(random, { maxResults: 7 })).toEqual(idsOf(random, {}))
  })

  test('returns 50 runs a page unless maxResults is lower', () => {
    const world = worldWithRuns(
      { conflictWhileRunning: false },
      Array.from({ length: 51 }, () => 10),
    )
    expect(outputOf(world.list()).items).toHaveLength(50)
    expect(outputOf(world.list({ maxResults: 3 })).items).toHaveLength(3)
  })

  test('returns no page token after a full last page', () => {
    const world = worldWithRuns({}, [10, 10, 10, 10])
    const first = outputOf(world.list({ maxResults: 2 }))
    expect(outputOf(world.list({ maxResults: 2, nextToken: first.nextToken })).nextToken).toBeUndefined()
  })

  test('moves no run to another page when runs start between two pages', () => {
    const world = worldWithRuns({}, [10, 10, 10, 10])
    const before = everyPage(world, {}).map(({ id }) => id)
    const first = outputOf(world.list({ maxResults: 2 }))
    world.start(world.assetIds[9] ?? '')
    const second = outputOf(world.list({ maxResults: 2, nextToken: first.nextToken }))
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(before)
  })

  test('accepts a page token only unchanged and for its own query', () => {
    const world = worldWithRuns({}, [10, 10, 10])
    const nextToken = outputOf(world.list({ maxResults: 1 })).nextToken ?? ''
    const swapped = nextToken.startsWith('A') ? `B${nextToken.slice(1)}` : `A${nextToken.slice(1)}`
    expect(errorOf(world.list({ nextToken }))).toBe('ok')
    for (const broken of [{ nextToken: swapped }, { nextToken: 'x' }, { nextToken: nextToken.slice(0, -3) }])
      expect(errorOf(world.list(broken))).toBe('ValidationException')
    expect(errorOf(world.list({ nextToken, status: 'SUBMITTED' }))).toBe('ValidationException')
    const foreign = worldWithRuns({ seed: 'another' }, [10, 10, 10])
    expect(errorOf(foreign.list({ nextToken }))).toBe('ValidationException')
  })

  test('returns items as Get does, without typeStats', () => {
    const world = worldWithRuns({}, [30_000, 30_000, 30_000])
    for (const item of everyPage(world, {})) {
      const { typeStats: _left, ...run } = outputOf(world.get(item.id))
      expect(item).toEqual(run)
    }
  })

  test('lists the runs as they were listLagMs ago', () => {
    fc.assert(
      fc.property(gaps, fc.nat(120_000), (gapsMs, listLagMs) => {
        const world = worldWithRuns({ listLagMs, conflictWhileRunning: false }, gapsMs)
        const listed = everyPage(world, {})
        world.clock.ms -= listLagMs
        const shown = world.control.runs().filter(({ createdAtMs }) => createdAtMs <= world.clock.ms)
        expect(listed.map(({ id, status }) => [id, status])).toEqual(
          shown.toReversed().map(({ id, status }) => [id, status]),
        )
      }),
    )
  })

  test('lists a run from the moment of its Start without a lag', () => {
    const world = testWorld()
    const { id } = outputOf(world.start(storeSales))
    expect(everyPage(world, {}).map((run) => run.id)).toEqual([id])
  })

  test('refuses a List of an unknown domain', () => {
    expect(errorOf(testWorld().list({ domainIdentifier: 'dzd_elsewhere' }))).toBe('ResourceNotFoundException')
  })

  test('lists every run exactly once without shifting, even when runs start and end meanwhile', () => {
    const waits = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(
        order,
        gaps,
        waits,
        fc.integer({ min: 1, max: 5 }),
        (listOrder, gapsMs, waitsMs, maxResults) => {
          const world = worldWithRuns({ listOrder, conflictWhileRunning: false }, gapsMs)
          const before = world.control.runs().map(({ id }) => id)
          const seen: string[] = []
          let nextToken: string | undefined
          for (let page = 0; page === 0 || nextToken !== undefined; page += 1) {
            const listed = outputOf(world.list({ maxResults, ...(nextToken && { nextToken }) }))
            seen.push(...listed.items.map(({ id }) => id))
            nextToken = listed.nextToken
            world.clock.ms += waitsMs[page % waitsMs.length] ?? 0
            if (page < 20) world.start(world.assetIds[page] ?? '')
          }
          expect(new Set(seen).size).toBe(seen.length)
          expect(before.filter((id) => !seen.includes(id))).toEqual([])
        },
      ),
      { numRuns: 40 },
    )
  })

  test('repeats a run when another is added, and omits one when another is removed, with shifting', () => {
    const world = worldWithRuns({ listShift: true, medianMs: 3_600_000, sigma: 0 }, [10, 10, 10, 10])
    const ids = world.control.runs().map(({ id }) => id)
    const query = { status: 'SUBMITTED', maxResults: 2 }
    const first = outputOf(world.list(query))
    expect(first.items.map(({ id }) => id)).toEqual([ids[3], ids[2]])
    const { id: newcomer } = outputOf(world.start(world.assetIds[9] ?? ''))
    const shifted = outputOf(world.list({ ...query, nextToken: first.nextToken }))
    expect(shifted.items.map(({ id }) => id)).toEqual([ids[2], ids[1]])
    for (const id of [newcomer, ids[3] ?? '']) world.cancel(id)
    const missing = outputOf(world.list({ ...query, nextToken: first.nextToken }))
    expect(missing.items.map(({ id }) => id)).toEqual([ids[0]])
  })

  test('returns the same pages with shifting when no run is added or removed', () => {
    fc.assert(
      fc.property(
        order,
        gaps,
        filters,
        fc.integer({ min: 1, max: 5 }),
        (listOrder, gapsMs, given, maxResults) => {
          const filter = { ...given, maxResults }
          const [still, shifting] = [false, true].map((listShift) =>
            worldWithRuns({ listOrder, listShift, conflictWhileRunning: false }, gapsMs),
          )
          if (still === undefined || shifting === undefined) throw new Error('unreachable')
          expect(everyPage(shifting, filter)).toEqual(everyPage(still, filter))
        },
      ),
      { numRuns: 40 },
    )
  })

  test('returns the runs of a jumbled page in another order', () => {
    const gapsMs = Array.from({ length: 20 }, () => 10)
    const [neat, jumbled] = [0, 1].map((listJumbledShare) =>
      outputOf(worldWithRuns({ listJumbledShare }, gapsMs).list()).items.map(({ id }) => id),
    )
    expect(jumbled).not.toEqual(neat)
    expect(jumbled?.toSorted()).toEqual(neat?.toSorted())
    expect(everyPage(worldWithRuns({ listJumbledShare: 1 }, gapsMs), { maxResults: 3 })).toHaveLength(20)
  })

  test('accepts a page token for as long as pageTokenLifeMs', () => {
    const world = worldWithRuns({ pageTokenLifeMs: 5000 }, [10, 10, 10])
    const { nextToken } = outputOf(world.list({ maxResults: 1 }))
    world.clock.ms += 5000
    expect(errorOf(world.list({ nextToken }))).toBe('ok')
    world.clock.ms += 1
    expect(errorOf(world.list({ nextToken }))).toBe('ValidationException')
    world.control.changeSettings({ pageTokenLifeMs: null })
    expect(errorOf(world.list({ nextToken }))).toBe('ok')
  })

  test('keeps the order of a scan when the order of List changes', () => {
    const world = worldWithRuns({}, [10, 10, 10, 10])
    const before = everyPage(world, {}).map(({ id }) => id)
    const first = outputOf(world.list({ maxResults: 1 }))
    world.control.changeSettings({ listOrder: 'random', listShift: true })
    const second = outputOf(world.list({ maxResults: 1, nextToken: first.nextToken }))
    const rest = outputOf(world.list({ maxResults: 2, nextToken: second.nextToken }))
    expect([first, second, rest].flatMap(({ items }) => items.map(({ id }) => id))).toEqual(before)
    expect(everyPage(world, {})).toHaveLength(4)
  })
})
