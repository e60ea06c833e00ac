import type { Settings } from '../input/settings.ts'
import type { DataSourceRun } from './data-source-run.ts'
import { sourceStatusAt } from './data-source-run-plan.ts'
import type { MetadataRun } from './metadata-run.ts'
import { statusAt, typeStatsAt } from './metadata-run-plan.ts'

/** Something that DataZone tells the default bus of. */
export type Occurrence =
  | Readonly<{ kind: 'runEnded'; run: MetadataRun }>
  | Readonly<{ kind: 'sourceRunStarted'; run: DataSourceRun }>
  | Readonly<{ kind: 'sourceRunEnded'; run: DataSourceRun }>
  | Readonly<{ kind: 'published'; listing: Listing }>
  | Readonly<{ kind: 'accepted'; acceptance: Acceptance }>

/** An asset as it was put in the catalog. */
type Listing = Readonly<{
  domainId: string
  projectId: string
  assetId: string
  listingId: string
  /** Of the listing: how often the asset was published. */
  version: string
  publishedBy: string
}>

/** That someone accepted suggestions of an asset. */
type Acceptance = Readonly<{
  domainId: string
  projectId: string
  assetId: string
  /** The one that it made. */
  revision: string
  acceptedBy: string
}>

/** What an event says, but for its envelope. */
export type EventBody = Readonly<{
  detailType: string
  metadata: Readonly<Record<string, unknown>>
  data: Readonly<Record<string, unknown>>
}>

/** The ending as an event has it; undefined when there is no event for it. */
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

/** The payload of a metadata generation event is not published: these are the ones it may be. */
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

/** Cancels have no older event; the others tell how the names came out. */
const olderText = (run: MetadataRun, atMs: number, settings: Settings): EventBody[] => {
  const names = typeStatsAt(run.plan, atMs)?.find(({ type }) => type === 'BUSINESS_NAMES')
  const verdict = verdictOf(names?.status, settings)
  if (!settings.olderEvents || verdict === undefined || verdict === 'Canceled') return []
  return [{ detailType: `Business Name Generation ${verdict}`, ...generationPayload(run, settings) }]
}

const endedRunTexts = (run: MetadataRun, atMs: number, settings: Settings): EventBody[] => {
  const verdict = verdictOf(statusAt(run.plan, atMs), settings)
  const text = { detailType: `Metadata Generation ${verdict}`, ...generationPayload(run, settings) }
  return [...(verdict === undefined ? [] : [text]), ...olderText(run, atMs, settings)]
}

const sourceRunText = (run: DataSourceRun, verdict: string): EventBody => ({
  detailType: `Data Source Run ${verdict}`,
  metadata: {
    domain: run.domainId,
    user: run.createdBy,
    id: run.id,
    owningProjectId: run.projectId,
    clientToken: run.clientToken,
  },
  data: { dataSourceId: run.dataSourceId, dataSourceRunType: run.type },
})

const publishedText = (listing: Listing): EventBody => ({
  detailType: 'Asset Added To Catalog',
  metadata: {
    domain: listing.domainId,
    user: listing.publishedBy,
    id: listing.listingId,
    version: listing.version,
    owningProjectId: listing.projectId,
  },
  data: { assetId: listing.assetId },
})

const acceptedText = (acceptance: Acceptance): EventBody => ({
  detailType: 'Metadata Generation Accepted',
  metadata: {
    domain: acceptance.domainId,
    user: acceptance.acceptedBy,
    id: acceptance.assetId,
    version: acceptance.revision,
    owningProjectId: acceptance.projectId,
  },
  data: {},
})

/**
 * The events of what happened at a moment: none for a partial success (`partialEvent`), an unknown status, or a
 * run that was deleted or took another turn before it came to this. Documented: the detail types, and the ids of
 * data source run events and of acceptances. That a published asset's `metadata.id` and `version` are its listing's
 * is assumed.
 */
export const eventBodiesOf = (happening: Occurrence, atMs: number, settings: Settings): EventBody[] => {
  switch (happening.kind) {
    case 'runEnded':
      return isReal(happening.run, atMs) ? endedRunTexts(happening.run, atMs, settings) : []
    case 'sourceRunStarted':
      return [sourceRunText(happening.run, 'Triggered')]
    case 'sourceRunEnded': {
      const verdict = verdictOf(sourceStatusAt(happening.run.plan, atMs), settings)
      return verdict === undefined || !isReal(happening.run, atMs)
        ? []
        : [sourceRunText(happening.run, verdict)]
    }
    case 'published':
      return [publishedText(happening.listing)]
    case 'accepted':
      return [acceptedText(happening.acceptance)]
    default:
      return happening satisfies never
  }
}

const isReal = (run: { plan: { endsAtMs: number }; deletedAtMs?: number }, atMs: number): boolean =>
  run.plan.endsAtMs === atMs && (run.deletedAtMs === undefined || run.deletedAtMs >= atMs)

/** Who or what an event is about: with its detail type, what it is drawn by. */
export const occurrenceKey = (happening: Occurrence): readonly string[] => {
  switch (happening.kind) {
    case 'published':
      return [happening.listing.domainId, happening.listing.listingId, happening.listing.version]
    case 'accepted':
      return [happening.acceptance.domainId, happening.acceptance.assetId, happening.acceptance.revision]
    default:
      return [happening.run.domainId, happening.run.id]
  }
}
