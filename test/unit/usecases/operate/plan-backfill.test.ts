import { describe, expect, test } from 'vitest'
import type { BackfillEntry } from '../../../../lib/run/backfill-asset.ts'
import { entriesPerChunk } from '../../../../lib/run/backfill-plan.ts'
import type { Run } from '../../../../lib/run/run.ts'
import { type PlanRequest, planBackfill } from '../../../../lib/usecases/operate/plan-backfill.ts'
import { manualClock } from '../../../support/manual-clock.ts'
import { memoryBackfillPlans } from '../../../support/memory-backfill-plans.ts'
import { type MemoryAsset, memoryCatalog } from '../../../support/memory-catalog.ts'
import { memoryRunStore } from '../../../support/memory-run-store.ts'
import { endedRun, plannedRun, subject } from '../../../support/runs.ts'

const request: PlanRequest = {
  name: 'spring',
  domainId: 'dzd_orders',
  inventory: false,
  overwrite: false,
  policy: {
    rules: [
      { match: { project: 'secret' }, verdict: { kind: 'skip', because: 'not for generation' } },
      { match: { name: 'no-rule*' }, verdict: { kind: 'skip', because: 'by name' } },
      { match: {}, verdict: { kind: 'run', policy: {} } },
    ],
  },
  defaultTypes: ['BUSINESS_DESCRIPTIONS'],
}

const asset = (index: number, over: Partial<MemoryAsset> = {}): MemoryAsset => ({
  assetId: `asset-${index}`,
  projectId: 'project-1',
  typeIdentifier: 'amazon.datazone.GlueTableAssetType',
  name: `table ${index}`,
  hasDescription: false,
  revision: '4',
  ...over,
})

const world = (assets: readonly Partial<MemoryAsset>[], runs: readonly Run[] = []) => {
  const catalog = memoryCatalog((index) => asset(index, assets[index]), assets.length, 2)
  const plans = memoryBackfillPlans()
  const clock = manualClock()
  const context = { catalog, plans, clock, store: memoryRunStore(...runs) }
  return {
    ...context,
    plan: async (over: Partial<PlanRequest> = {}) => {
      const result = await planBackfill({ ...request, ...over }, context)
      if (result.outcome !== 'planned') throw new Error(result.outcome)
      return { ...result, entries: plans.entriesOf(result.plan) }
    },
  }
}

const runOf = (index: number, revision = '4'): Run =>
  endedRun({ subject: { ...subject, assetId: `asset-${index}`, revision } })

describe('planBackfill', () => {
  test('drops each asset that needs no run under its reason, and plans the rest', async () => {
    const { plan } = world(
      [
        {},
        { projectId: 'secret' },
        { hasDescription: true },
        {},
        { details: { hasSuggestions: true } },
        { details: { hasDescription: true } },
        { details: 'NOT_FOUND' },
        { details: 'DENIED' },
        { details: { revision: '5' } },
      ],
      [runOf(3), runOf(8)],
    )
    const { counts, entries, plan: made } = await plan()
    expect(counts).toMatchObject({
      listed: 9,
      planned: 1,
      dropped: {
        POLICY: 1,
        DESCRIBED: 2,
        HAS_RUN: 2,
        SUGGESTIONS_WAIT: 1,
        NOT_FOUND: 1,
        NOT_READABLE: 1,
      },
      groups: [{ projectId: 'project-1', types: ['BUSINESS_DESCRIPTIONS'], runs: 1 }],
      total: 9,
    })
    expect(entries.map(({ assetId }) => assetId)).toEqual(['asset-0'])
    expect(made).toMatchObject({ state: 'READY', requests: 1, sent: 0 })
  })

  test('plans an asset whose latest revision has no run, even when the published revision is older', async () => {
    const { plan } = world([{ details: { revision: '5' } }], [runOf(0, '3')])
    expect((await plan()).entries).toMatchObject([{ assetId: 'asset-0', revision: '5' }])
  })

  test('includes described assets with overwrite', async () => {
    const { plan } = world([{ hasDescription: true }])
    expect((await plan({ overwrite: true })).counts).toMatchObject({ planned: 1, dropped: {} })
  })

  test('plans only the types that have no run, and does not count a planned run', async () => {
    const { plan } = world(
      [{}, {}],
      [
        endedRun({
          subject: { ...subject, assetId: 'asset-0', types: ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES'] },
        }),
        plannedRun({ subject: { ...subject, assetId: 'asset-1' } }),
      ],
    )
    const types = ['BUSINESS_DESCRIPTIONS', 'BUSINESS_NAMES', 'BUSINESS_GLOSSARY_ASSOCIATIONS'] as const
    const { entries, counts } = await plan({ types })
    expect(entries.map((entry) => entry.types)).toEqual([['BUSINESS_GLOSSARY_ASSOCIATIONS'], types])
    expect(counts.groups.map(({ types: set, runs }) => [set.length, runs])).toEqual([
      [2, 1],
      [1, 2],
    ])
  })

  test('lists the whole inventory of the projects that own a published asset, or of the named ones', async () => {
    const assets = [{}, { isPublished: false }, { projectId: 'project-2', isPublished: false }]
    const whole = world(assets)
    expect((await whole.plan({ inventory: true })).entries).toHaveLength(2)
    const named = world(assets)
    const { entries } = await named.plan({ inventory: true, projects: ['project-2'] })
    expect(entries.map(({ assetId }) => assetId)).toEqual(['asset-2'])
  })

  test('plans only the named projects', async () => {
    const { plan } = world([{}, { projectId: 'project-2' }])
    expect((await plan({ projects: ['project-2'] })).counts).toMatchObject({ listed: 1, planned: 1 })
  })

  test('counts an asset that a page repeats only once', async () => {
    const { plan } = world([{}, {}, { assetId: 'asset-1' }])
    expect((await plan()).counts).toMatchObject({ listed: 2, planned: 2 })
  })

  test('repeats a throttled page, and fails at a denied one', async () => {
    const { catalog, plan } = world([{}, {}, {}])
    let throttled = 3
    catalog.refuses = (call) => (call.startsWith('listings 2') && throttled-- > 0 ? 'THROTTLED' : undefined)
    expect((await plan()).counts).toMatchObject({ planned: 3, calls: 8 })
    catalog.refuses = () => 'DENIED'
    await expect(plan()).rejects.toThrow('DataZone refused SearchListings: DENIED: for a test')
  })

  test('keeps a plan that is being applied, and replaces one that is not', async () => {
    const { plan, plans, catalog, clock, store } = world([{}, {}])
    await plan()
    const { plan: again } = await plan()
    await plans.replace({ ...again, state: 'APPLYING' }, again)
    const result = await planBackfill(request, { catalog, plans, clock, store })
    expect(result).toMatchObject({ outcome: 'exists', plan: { state: 'APPLYING' } })
  })

  test('makes at most 16 calls a second', async () => {
    const { plan, clock } = world(Array.from({ length: 40 }, () => ({})))
    const startMs = clock.now()
    const { counts } = await plan()
    expect(counts.calls).toBe(60)
    expect(clock.now() - startMs).toBeGreaterThanOrEqual((59 * 1000) / 16)
  })

  test('holds one page and one chunk at a time, however many listings there are', async () => {
    const count = 100_000
    const catalog = memoryCatalog((index) => asset(index), count)
    const plans = memoryBackfillPlans()
    let [open, mostOpen, mostEntries, chunks] = [0, 0, 0, 0]
    const bounded = {
      ...plans,
      putChunk: async (_: unknown, __: number, entries: readonly BackfillEntry[]) => {
        mostEntries = Math.max(mostEntries, entries.length)
        chunks += 1
      },
    }
    const held = {
      ...catalog,
      details: async () => {
        open += 1
        mostOpen = Math.max(mostOpen, open)
        await Promise.resolve()
        open -= 1
        return {
          outcome: 'answered',
          value: { revision: '4', hasDescription: false, hasSuggestions: false },
        } as const
      },
    }
    const store = { runsOf: async () => ({ runs: [], unreadable: [] }) }
    const result = await planBackfill(request, { catalog: held, plans: bounded, clock: manualClock(), store })
    expect(result).toMatchObject({ plan: { requests: count }, counts: { listed: count, planned: count } })
    expect(mostOpen).toBeLessThanOrEqual(50)
    expect(mostEntries).toBe(entriesPerChunk)
    expect(chunks).toBe(count / entriesPerChunk)
  })
})
