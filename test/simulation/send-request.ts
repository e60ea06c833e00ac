import type { Action, SentRequest } from './program-action.ts'

/** Returns the action that sends a request for metadata. Without `types`, the policy decides. */
export const sendRequest = (
  { domainId, projectId }: { readonly domainId: string; readonly projectId: string },
  asked: Omit<SentRequest, 'domainId' | 'published'>,
  types?: readonly string[],
): Action => {
  const { id, assetId, revision, regenerate, backfill } = asked
  const body = {
    version: 1,
    requestId: id,
    kind: 'METADATA_GENERATION',
    domainId,
    projectId,
    asset: { id: assetId, ...(revision === undefined ? {} : { revision }) },
    ...(types === undefined ? {} : { types }),
    ...(regenerate ? { regenerate } : {}),
    ...(backfill === true ? { lane: 'backfill' } : {}),
  }
  return { kind: 'send', body: JSON.stringify(body), request: { ...asked, domainId, published: false } }
}

/** Returns the action that sends a request for a run of a data source. */
export const sendSourceRequest = (
  { domainId, projectId }: { readonly domainId: string; readonly projectId: string },
  {
    id,
    dataSourceId,
    triggerKey,
  }: { readonly id: string; readonly dataSourceId: string; readonly triggerKey: string },
): Action => {
  const body = {
    version: 1,
    requestId: id,
    kind: 'DATA_SOURCE',
    domainId,
    projectId,
    dataSource: { id: dataSourceId },
    triggerKey,
  }
  const asked = { id, domainId, assetId: dataSourceId, revision: triggerKey, sets: [[]] }
  return {
    kind: 'send',
    body: JSON.stringify(body),
    request: { ...asked, regenerate: false, published: false },
  }
}
