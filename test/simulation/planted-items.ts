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
