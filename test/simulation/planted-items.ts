/** The version of a deployment that is yet to come. */
export const newerVersion = 99

/**
 * A record that an older deployment left, in this asset's partition: what stands in it is of no matter. It has no run
 * id, so that the repeat guard takes it for no run.
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
  projectId: 'project1',
  request: { requestKey: 'event:planted', lane: 'live', requestedAtMs: atMs, regenerate: false },
  createdAtMs: atMs,
  version: 4,
  history: [],
  state: 'ENDED',
  ending: 'SUCCEEDED',
  detectedAtMs: atMs,
  announcedAtMs: atMs,
})

/** A record in a state that no version knows, and that asks for a sweep. */
export const damagedItem = (domainId: string, assetId: string, atMs: number) => ({
  ...plantedItem(domainId, assetId, atMs, 1),
  state: 'NO_SUCH_STATE',
  workShard: 'WORK',
  workAt: atMs,
})

const dayMs = 24 * 3_600_000

/** A record that ended long ago, and that the table may delete. */
export const ancientItem = (domainId: string, assetId: string, atMs: number) => ({
  ...plantedItem(domainId, assetId, atMs - 200 * dayMs, 1),
  ttlEpochSeconds: Math.floor((atMs - 17 * dayMs) / 1000),
})
