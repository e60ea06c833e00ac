import type { SimulatedTable } from './ports/run-store.ts'
import type { Item } from './ports/stored-item.ts'
import { projectId } from './world-ids.ts'

/** The schema version of a later deployment. */
export const newerVersion = 99

/**
 * Returns a record of this schema version in the partition of an asset. It has no run id, so that the repeat guard ignores
 * it; its other values do not matter.
 */
export const plantedItem = (domainId: string, assetId: string, atMs: number, schemaVersion: number) => ({
  pk: `ASSET#${domainId}#${assetId}`,
  sk: 'RUN#0#BUSINESS_DESCRIPTIONS#0001',
  schemaVersion,
  kind: 'METADATA_GENERATION',
  domainId,
  assetId,
  revision: '0',
  types: ['BUSINESS_DESCRIPTIONS'],
  attempt: 1,
  projectId,
  request: { requestKey: 'event:planted', lane: 'live', requestedAtMs: atMs, regenerate: false },
  createdAtMs: atMs,
  version: 4,
  history: [],
  state: 'ENDED',
  ending: 'SUCCEEDED',
  detectedAtMs: atMs,
  announcedAtMs: atMs,
})

/** Returns a record that is due for a sweep, in a state that no version knows. */
export const damagedItem = (domainId: string, assetId: string, atMs: number) => ({
  ...plantedItem(domainId, assetId, atMs, 1),
  state: 'NO_SUCH_STATE',
  workShard: 'WORK',
  workAt: atMs,
})

const dayMs = 24 * 3_600_000

/** Returns a record that ended long ago and is past its TTL. */
export const ancientItem = (domainId: string, assetId: string, atMs: number) => ({
  ...plantedItem(domainId, assetId, atMs - 200 * dayMs, 1),
  ttlEpochSeconds: Math.floor((atMs - 17 * dayMs) / 1000),
})

const keyOf = (item: Item): string => `${item['pk']} ${item['sk']}`

/** Plants records, and finds those that have been changed since. */
export const plantedRecords = (table: SimulatedTable) => {
  const planted = new Map<string, { readonly item: Item; readonly upgrade: Item | undefined }>()
  return {
    plant: (item: Item, upgrade?: Item) => {
      table.plant(item)
      planted.set(keyOf(item), { item, upgrade })
    },
    has: (item: Item) => planted.has(keyOf(item)),
    overwritten: (): readonly string[] => {
      const now = new Map(table.items().map((item) => [keyOf(item), JSON.stringify(item)]))
      return [...planted].flatMap(([key, { item }]) => (now.get(key) === JSON.stringify(item) ? [] : [key]))
    },
    upgrade: () => {
      for (const { upgrade } of planted.values()) if (upgrade !== undefined) table.plant(upgrade)
    },
  }
}
