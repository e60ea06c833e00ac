import type { Settings } from '../input/settings.ts'
import type { DataSourceRun } from './data-source-run.ts'
import { sourceStatusAt } from './data-source-run-plan.ts'
import type { MetadataRun } from './metadata-run.ts'
import { statusAt, typeStatsAt } from './metadata-run-plan.ts'

/** An occurrence of which DataZone may send events to the default bus. */
export type Occurrence =
  | Readonly<{ kind: 'runEnded'; run: MetadataRun }>
  | Readonly<{ kind: 'sourceRunStarted'; run: DataSourceRun }>
  | Readonly<{ kind: 'sourceRunEnded'; run: DataSourceRun }>
  | Readonly<{ kind: 'published' | 'unpublished'; listing: ListingChange }>
  | Readonly<{ kind: 'decided'; decision: Decision }>
  | Readonly<{ kind: 'assetEvent'; assetEvent: AssetEvent }>

/** The publishing or unpublishing of an asset. */
type ListingChange = Readonly<{
  domainId: string
  projectId: string
  assetId: string
  listingId: string
  /** The revision of the listing, which counts how often the asset was published. */
  version: string
  publishedBy: string
}>

/** A user's decision about suggestions of an asset. */
type Decision = Readonly<{
  domainId: string
  projectId: string
  assetId: string
  /** The new revision of an acceptance, or the revision whose suggestions were rejected. */
  revision: string
  verdict: 'Accepted' | 'Rejected'
  userId: string
}>

/** The detail-types of the events about an asset that the control can send without changing the asset. */
export const assetEventTypes = [
  'Asset Added To Inventory',
  'New Asset Version Available',
  'Asset Schema Changed',
  'Asset Unpublished',
  'Asset Listing Deleted',
] as const

/** An event about an asset that the control has sent. */
type AssetEvent = Readonly<{
  detailType: (typeof assetEventTypes)[number]
  domainId: string
  projectId: string
  assetId: string
  listingId: string
  version: string
  /** How many events about the asset the control had sent before. */
  number: number
}>

/** An event without its envelope. */
export type EventBody = Readonly<{
  detailType: string
  metadata: Readonly<Record<string, unknown>>
  data: Readonly<Record<string, unknown>>
}>

/** Returns the word for an ending in a detail-type; undefined for an ending without an event. */
const verdictOf = (status: string | undefined, settings: Settings): string | undefined => {
  switch (status) {
    case 'SUCCEEDED':
    case 'SUCCESS':
      return 'Succeeded'
    case 'FAILED':
      return 'Failed'
    case 'CANCELED':
      return 'Canceled'
    case 'PARTIALLY_SUCCEEDED':
      return { none: undefined, succeeded: 'Succeeded', failed: 'Failed' }[settings.partialEvent]
    default:
      return undefined
  }
}

/** Returns the payload of a metadata generation event. AWS has not published it; these are the candidates. */
const generationPayload = (run: MetadataRun, settings: Settings): Omit<EventBody, 'detailType'> => {
  const common = { domain: run.domainId, user: run.createdBy }
  const owner = { ...common, owningProjectId: run.projectId }
  switch (settings.eventPayload) {
    case 'run-id':
      return { metadata: { ...owner, id: run.id, clientToken: run.clientToken }, data: {} }
    case 'asset-id':
      return { metadata: { ...owner, id: run.assetId, version: run.revision }, data: {} }
    case 'both':
      return {
        metadata: { ...owner, id: run.id, clientToken: run.clientToken },
        data: { assetId: run.assetId },
      }
    case 'domain-only':
      return { metadata: common, data: {} }
    default:
      return settings.eventPayload satisfies never
  }
}

/** Returns the older event, which says how business names ended. A cancel has none. */
const olderBodies = (run: MetadataRun, atMs: number, settings: Settings): EventBody[] => {
  const names = typeStatsAt(run.plan, atMs)?.find(({ type }) => type === 'BUSINESS_NAMES')
  const verdict = verdictOf(names?.status, settings)
  if (!settings.olderEvents || verdict === undefined || verdict === 'Canceled') return []
  return [{ detailType: `Business Name Generation ${verdict}`, ...generationPayload(run, settings) }]
}

const endedRunBodies = (run: MetadataRun, atMs: number, settings: Settings): EventBody[] => {
  const verdict = verdictOf(statusAt(run.plan, atMs), settings)
  const body = { detailType: `Metadata Generation ${verdict}`, ...generationPayload(run, settings) }
  return [...(verdict === undefined ? [] : [body]), ...olderBodies(run, atMs, settings)]
}

const sourceRunBodies = (
  run: DataSourceRun,
  verdict: string,
  { sourceEventShape, sourceStatusEvents }: Settings,
): EventBody[] => {
  const { domainId: domain, id } = run
  const body = {
    metadata:
      sourceEventShape === 'sparse'
        ? { domain, id, version: 1, typeName: 'DataSourceRunEntityType' }
        : {
            domain,
            user: run.createdBy,
            id,
            owningProjectId: run.projectId,
            clientToken: run.clientToken,
          },
    data: { dataSourceId: run.dataSourceId, dataSourceRunType: run.type },
  }
  const newer = verdict === 'Triggered' ? 'Data Source Status Change' : 'Data Source Run Complete'
  return [
    { detailType: `Data Source Run ${verdict}`, ...body },
    ...(sourceStatusEvents ? [{ detailType: newer, ...body }] : []),
  ]
}

/** A project that owns no asset. */
const wrongProject = 'wrongproject01'

const publishedBody = (listing: ListingChange, { publishedEventProject }: Settings): EventBody => ({
  detailType: 'Asset Added To Catalog',
  metadata: {
    ...listingMetadata(listing),
    owningProjectId: { owner: listing.projectId, missing: undefined, wrong: wrongProject }[
      publishedEventProject
    ],
  },
  data: { assetId: listing.assetId },
})

const listingMetadata = (listing: ListingChange) => ({
  domain: listing.domainId,
  user: listing.publishedBy,
  id: listing.listingId,
  version: listing.version,
  owningProjectId: listing.projectId,
})

const unpublishedBody = (listing: ListingChange): EventBody => ({
  detailType: 'Asset Unpublished',
  metadata: listingMetadata(listing),
  data: { assetId: listing.assetId },
})

const decisionBody = (decision: Decision): EventBody => ({
  detailType: `Metadata Generation ${decision.verdict}`,
  metadata: {
    domain: decision.domainId,
    user: decision.userId,
    id: decision.assetId,
    version: decision.revision,
    owningProjectId: decision.projectId,
  },
  data: { userId: decision.userId },
})

const assetEventBody = ({ detailType, domainId, projectId, assetId, ...event }: AssetEvent): EventBody => {
  const isOfListing = detailType === 'Asset Unpublished' || detailType === 'Asset Listing Deleted'
  return {
    detailType,
    metadata: {
      domain: domainId,
      id: isOfListing ? event.listingId : assetId,
      version: event.version,
      owningProjectId: projectId,
    },
    data: { assetId },
  }
}

/**
 * Returns the events of an occurrence: none for a partial success (unless `partialEvent` says so), for an unknown
 * status, and for a run that was deleted or ended otherwise before this time. Documented: the detail-types, and the ids
 * of data source run events and of acceptances. Assumption: the `metadata.id` and `version` of a published asset are
 * its listing's.
 */
export const eventBodiesOf = (occurrence: Occurrence, atMs: number, settings: Settings): EventBody[] => {
  switch (occurrence.kind) {
    case 'runEnded':
      return hasEndedAt(occurrence.run, atMs) ? endedRunBodies(occurrence.run, atMs, settings) : []
    case 'sourceRunStarted':
      return sourceRunBodies(occurrence.run, 'Triggered', settings)
    case 'sourceRunEnded': {
      const verdict = verdictOf(sourceStatusAt(occurrence.run.plan, atMs), settings)
      return verdict === undefined || !hasEndedAt(occurrence.run, atMs)
        ? []
        : sourceRunBodies(occurrence.run, verdict, settings)
    }
    case 'published':
      return [publishedBody(occurrence.listing, settings)]
    case 'unpublished':
      return [unpublishedBody(occurrence.listing)]
    case 'decided':
      return [decisionBody(occurrence.decision)]
    case 'assetEvent':
      return [assetEventBody(occurrence.assetEvent)]
    default:
      return occurrence satisfies never
  }
}

const hasEndedAt = (
  run: { readonly plan: { readonly endsAtMs: number }; readonly deletedAtMs?: number },
  atMs: number,
): boolean => run.plan.endsAtMs === atMs && (run.deletedAtMs === undefined || run.deletedAtMs >= atMs)

/** Returns the subject of an occurrence. With the detail-type it is the key by which its events are drawn. */
export const occurrenceKey = (occurrence: Occurrence): readonly string[] => {
  switch (occurrence.kind) {
    case 'published':
    case 'unpublished':
      return [occurrence.listing.domainId, occurrence.listing.listingId, occurrence.listing.version]
    case 'decided': {
      const { domainId, assetId, revision } = occurrence.decision
      return [domainId, assetId, revision]
    }
    case 'assetEvent': {
      const { domainId, assetId, number } = occurrence.assetEvent
      return [domainId, assetId, String(number)]
    }
    default:
      return [occurrence.run.domainId, occurrence.run.id]
  }
}
