import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ListInput } from '../../../local/datazone/list-metadata-generation-runs.ts'
import { errorOf, outputOf, storeSales, testWorld } from './datazone-world.ts'

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

/** Starts this many runs, each so long after the one before. */
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

const order = fc.constantFrom('newest' as const, 'random' as const)
const gaps = fc.array(fc.nat(9000), { maxLength: 70 })

test('the pages of a query hold each run that it asks for once, and no other', () => {
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

test('newest comes first, and the random order is another that stays the same', () => {
  const [newest, random] = (['newest', 'random'] as const).map((listOrder) =>
    worldWithRuns(
      { listOrder, conflictWhileRunning: false },
      Array.from({ length: 60 }, () => 10),
    ),
  )
  if (newest === undefined || random === undefined) throw new Error('unreachable')
  const started = newest.control.runs().map(({ id }) => id)
  const idsOf = (world: World, filter: object) => everyPage(world, filter).map(({ id }) => id)
  expect(idsOf(newest, {})).toEqual(started.toReversed())
  expect(idsOf(random, {})).not.toEqual(started.toReversed())
  expect(idsOf(random, { maxResults: 7 })).toEqual(idsOf(random, {}))
})

test('a page is 50 runs unless fewer are asked for', () => {
  const world = worldWithRuns(
    { conflictWhileRunning: false },
    Array.from({ length: 51 }, () => 10),
  )
  expect(outputOf(world.list()).items).toHaveLength(50)
  expect(outputOf(world.list({ maxResults: 3 })).items).toHaveLength(3)
})

test('a full last page has no token after it', () => {
  const world = worldWithRuns({}, [10, 10, 10, 10])
  const first = outputOf(world.list({ maxResults: 2 }))
  expect(outputOf(world.list({ maxResults: 2, nextToken: first.nextToken })).nextToken).toBeUndefined()
})

test('runs that start between two pages move no run to another page', () => {
  const world = worldWithRuns({}, [10, 10, 10, 10])
  const before = everyPage(world, {}).map(({ id }) => id)
  const first = outputOf(world.list({ maxResults: 2 }))
  world.start(world.assetIds[9] ?? '')
  const second = outputOf(world.list({ maxResults: 2, nextToken: first.nextToken }))
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(before)
})

test('a token is good for its own query only, and only whole', () => {
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

test('items are as Get gives them, without typeStats', () => {
  const world = worldWithRuns({}, [30_000, 30_000, 30_000])
  for (const item of everyPage(world, {})) {
    const { typeStats: _left, ...run } = outputOf(world.get(item.id))
    expect(item).toEqual(run)
  }
})

test('a lagging List shows the world as it was', () => {
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

test('without a lag, a run is listed from the moment of its Start', () => {
  const world = testWorld()
  const { id } = outputOf(world.start(storeSales))
  expect(everyPage(world, {}).map((run) => run.id)).toEqual([id])
})

test('an unknown domain has no List', () => {
  expect(errorOf(testWorld().list({ domainIdentifier: 'dzd_elsewhere' }))).toBe('ResourceNotFoundException')
})
