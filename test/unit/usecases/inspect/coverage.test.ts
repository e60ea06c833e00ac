import { describe, expect, test } from 'vitest'
import type { Catalog } from '../../../../lib/ports/catalog.ts'
import type { CatalogAsset } from '../../../../lib/run/backfill-asset.ts'
import type { AssetRef, DataSourceRef, Run } from '../../../../lib/run/run.ts'
import { coverageOf } from '../../../../lib/usecases/inspect/coverage.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { endedRun, inFlightRun, parkedRun, subject, t0 } from '../../../support/runs.ts'

const unrevised = (assetId: string): CatalogAsset => ({
  assetId,
  name: assetId,
  projectId: 'project-1',
  typeIdentifier: 'Table',
  hasDescription: false,
})

const asset = (assetId: string, more: Partial<CatalogAsset> = {}): CatalogAsset => ({
  ...unrevised(assetId),
  revision: '4',
  ...more,
})

/** Returns a catalog with these pages of listings. */
const catalogOf = (pages: readonly (readonly CatalogAsset[])[]): Catalog => ({
  listings: async (_, token) => {
    const next = Number(token ?? 0) + 1
    return {
      outcome: 'answered',
      value: {
        assets: pages[next - 1] ?? [],
        ...(next < pages.length ? { nextToken: String(next) } : {}),
        ...(token === undefined ? { total: pages.flat().length } : {}),
      },
    }
  },
  inventory: () => Promise.reject(new Error('not called')),
  details: () => Promise.reject(new Error('not called')),
})

const rules = [
  { match: { name: 'stg_*' }, verdict: { kind: 'skip', because: 'staging' } },
  { match: {}, verdict: { kind: 'run', policy: {} } },
] as const

const coverage = (catalog: Catalog, ...records: Run[]) =>
  coverageOf(
    'dzd_orders',
    undefined,
    { rules },
    { catalog, store: memoryRunStore(...records), clock: manualClock() },
  )

describe('coverageOf one published asset', () => {
  const at = (revision: string) => ({ subject: { ...subject, assetId: 'orders', revision } })
  const failed = endedRun({ ...at('4'), ending: 'FAILED' })

  test.each<[string, Run[], Partial<CatalogAsset>, string]>([
    ['accepted at the published revision', [endedRun({ ...at('4'), acceptedAtMs: t0 })], {}, 'accepted'],
    ['accepted at an earlier revision', [endedRun({ ...at('3'), acceptedAtMs: t0 })], {}, 'accepted'],
    ['succeeded', [endedRun(at('4'))], {}, 'review'],
    ['succeeded in part', [endedRun({ ...at('4'), ending: 'PARTIALLY_SUCCEEDED' })], {}, 'review'],
    ['succeeded at an earlier revision only', [endedRun(at('3'))], {}, 'missing'],
    ['succeeded at the published revision and failed at it', [failed, endedRun(at('4'))], {}, 'review'],
    ['failed', [failed], {}, 'failed'],
    ['timed out', [endedRun({ ...at('4'), ending: 'TIMED_OUT' })], {}, 'failed'],
    ['failed at an earlier revision', [endedRun({ ...at('3'), ending: 'FAILED' })], {}, 'missing'],
    ['parked', [parkedRun(at('4'))], {}, 'waiting'],
    ['in flight after a failure', [failed, inFlightRun(at('4'))], {}, 'waiting'],
    ['skipped by a rule', [], { name: 'stg_orders' }, 'skipped'],
    ['never requested', [], {}, 'missing'],
  ])('counts an asset by its runs: %s', async (_, records, more, standing) => {
    const none = { accepted: 0, review: 0, failed: 0, waiting: 0, skipped: 0, missing: 0 }
    const covered = standing === 'accepted' || standing === 'review' ? 1 : 0
    expect(await coverage(catalogOf([[asset('orders', more)]]), ...records)).toEqual([
      { domainId: 'dzd_orders', projectId: 'project-1', published: 1, covered, ...none, [standing]: 1 },
    ])
  })
})

test('counts a success at any revision when the catalog shows no revision', async () => {
  const run = endedRun({ subject: { ...subject, assetId: 'orders', revision: '3' } })
  expect(await coverage(catalogOf([[unrevised('orders')]]), run)).toMatchObject([{ review: 1 }])
})

describe('coverageOf several pages', () => {
  const many = Array.from({ length: 25 }, (_, index) => asset(`asset-${index}`, { projectId: 'project-2' }))
  const pages = [many, [asset('orders'), asset('customers', { projectId: 'project-3' })]]
  const run = { projectId: 'project-1', projectName: 'Sales' }
  const store = memoryRunStore(
    endedRun({ ...run, subject: { ...subject, assetId: 'orders' } }),
    endedRun({ ...run, subject: { ...subject, assetId: 'asset-0' } }),
  )
  const measure = async (projects?: readonly string[]) => {
    const progress: unknown[] = []
    const onProgress = (...counts: unknown[]) => progress.push(counts)
    const context = { catalog: catalogOf(pages), store, clock: manualClock(), onProgress }
    return { found: await coverageOf('dzd_orders', projects, { rules }, context), progress }
  }

  test('adds up the assets of each project, in order of its id, and reports how far it is', async () => {
    const { found, progress } = await measure()
    expect(found).toMatchObject([
      { projectId: 'project-1', projectName: 'Sales', published: 1 },
      { projectId: 'project-2', published: 25 },
      { projectId: 'project-3', published: 1 },
    ])
    expect(progress).toEqual([
      [25, 27],
      [27, 27],
    ])
  })

  test('takes the name of a project from its own runs only', async () => {
    const { found } = await measure()
    expect(found[1]).not.toHaveProperty('projectName')
  })

  test('counts only the requested projects', async () => {
    const { found } = await measure(['project-1', 'project-3'])
    expect(found.map(({ projectId }) => projectId)).toEqual(['project-1', 'project-3'])
  })
})

test('reads ten partitions at once, and each of them once', async () => {
  const many = Array.from({ length: 25 }, (_, index) => asset(`asset-${index}`))
  const read: string[] = []
  let [open, most] = [0, 0]
  const store = {
    runsOf: async (target: AssetRef | DataSourceRef) => {
      read.push(JSON.stringify(target))
      most = Math.max(most, ++open)
      await Promise.resolve()
      open--
      return { runs: [], unreadable: [] }
    },
  }
  await coverageOf(
    'dzd_orders',
    undefined,
    { rules },
    { catalog: catalogOf([many]), store, clock: manualClock() },
  )
  expect(read).toHaveLength(25)
  expect(new Set(read).size).toBe(25)
  expect(most).toBe(10)
})
