import { getHeapStatistics } from 'node:v8'
import type { Catalog } from '../lib/ports/catalog.ts'
import type { CatalogAsset } from '../lib/run/backfill-asset.ts'
import { planBackfill } from '../lib/usecases/operate/plan-backfill.ts'
import { command } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { manualClock } from '../test/support/manual-clock.ts'
import { memoryBackfillPlans } from '../test/support/memory-backfill-plans.ts'
import { memoryRunStore } from '../test/support/memory-run-store.ts'

/**
 * Measures the memory of planning a backfill. npm starts it with a heap of some 40 MB in all, so planning that kept what it
 * has read would crash, and with `gc`, so that garbage is not measured.
 */
const definition = command(
  'bench:backfill',
  'Measures the heap that planning a backfill takes, by the number of listings.',
  {},
)

const sizes = [1000, 10_000, 100_000, 300_000]
const pageSize = 50
const megabyte = 1024 * 1024

const assetAt = (index: number): CatalogAsset & { readonly revision: string } => ({
  assetId: `asset-${index}`,
  projectId: `project-${index % 40}`,
  typeIdentifier: 'amazon.datazone.GlueTableAssetType',
  name: `a table with a name of usual length, number ${index}`,
  hasDescription: false,
  revision: '4',
})

/** A catalog that makes each page when it is asked for. */
const catalogOf = (count: number): Catalog => ({
  listings: async (_, nextToken) => {
    const from = Number(nextToken ?? 0)
    const to = Math.min(count, from + pageSize)
    const assets = Array.from({ length: to - from }, (__, index) => assetAt(from + index))
    return {
      outcome: 'answered',
      value: { assets, total: count, ...(to < count ? { nextToken: String(to) } : {}) },
    }
  },
  inventory: async () => ({ outcome: 'answered', value: { assets: [] } }),
  details: async () => ({
    outcome: 'answered',
    value: { revision: '4', hasDescription: false, hasSuggestions: false },
  }),
})

/** How many listings are between two measurements. */
const measureEvery = 1000

/** The most heap in use, garbage not counted, in bytes. */
const measure = async (count: number): Promise<number> => {
  let peak = 0
  const result = await planBackfill(
    {
      name: 'bench',
      domainId: 'dzd_bench0001',
      inventory: false,
      overwrite: false,
      policy: { rules: [{ match: {}, verdict: { kind: 'run', policy: {} } }] },
      defaultTypes: ['BUSINESS_DESCRIPTIONS'],
    },
    {
      catalog: catalogOf(count),
      plans: { ...memoryBackfillPlans(), putChunk: async () => {} },
      store: memoryRunStore(),
      clock: manualClock(),
      onProgress: ({ listed }) => {
        if (listed % measureEvery !== 0) return
        globalThis.gc?.()
        peak = Math.max(peak, process.memoryUsage().heapUsed)
      },
    },
  )
  if (result.outcome !== 'planned' || result.plan.requests !== count)
    throw new Error(`${count} listings: not all were planned`)
  return peak
}

await runCommand(definition, async () => {
  const limit = Math.round(getHeapStatistics().heap_size_limit / megabyte)
  console.log(`planning a backfill with a heap of at most ${limit} MB\n`)
  console.log('  listings   most heap in use')
  for (const count of sizes) {
    const peak = await measure(count)
    console.log(`  ${String(count).padStart(8)}   ${(peak / megabyte).toFixed(0).padStart(4)} MB`)
  }
  return 0
})
