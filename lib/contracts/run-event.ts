import * as z from 'zod/mini'
import { errorText } from '../run/error-text.ts'
import { eventId } from '../run/identity.ts'
import { present } from '../run/present.ts'
import {
  type EndedRun,
  type Ending,
  endings,
  type InFlightRun,
  isForeign,
  type Run,
  type RunKind,
  runKinds,
  type Subject,
  unknownProject,
} from '../run/run.ts'

/** `source` of every event we put on the run bus. */
export const eventSource = 'datazone-run-orchestrator'

type EventStatus = Ending | 'STARTED' | 'SKIPPED' | 'DUPLICATE'

const words = {
  SUCCEEDED: 'Succeeded',
  PARTIALLY_SUCCEEDED: 'Partially Succeeded',
  FAILED: 'Failed',
  CANCELED: 'Canceled',
  TIMED_OUT: 'Timed Out',
  LOST: 'Lost',
  REJECTED: 'Rejected',
  STARTED: 'Started',
  SKIPPED: 'Skipped',
  DUPLICATE: 'Duplicate',
} as const satisfies Record<EventStatus, string>

const kindWords = {
  METADATA_GENERATION: 'Metadata Generation Run',
  DATA_SOURCE: 'Data Source Run',
} as const satisfies Record<RunKind, string>

/** For example `Metadata Generation Run Succeeded`. */
export const detailType = (status: EventStatus, kind: RunKind = 'METADATA_GENERATION'): string =>
  `${kindWords[kind]} ${words[status]}`

const text = z.string()
const time = z.iso.datetime()

/** The `detail` of our events, version 1. Consumers must ignore unknown fields, because more will be added. */
export const RunEventDetail = z.looseObject({
  metadata: z.looseObject({
    /** The idempotency key: the same for every repeat of this event. Drop an id that you have seen. */
    id: text,
    version: z.literal(1),
    /** When it happened, as far as is known. */
    time,
    correlationId: z.optional(text),
    /** The id of the request or event that requested the run. */
    causationId: z.optional(text),
  }),
  data: z.looseObject({
    status: z.enum([...endings, 'STARTED', 'SKIPPED', 'DUPLICATE']),
    kind: z.optional(z.enum(runKinds)),
    domainId: z.optional(text),
    projectId: z.optional(text),
    /** The project's name, where DataZone showed it. */
    projectName: z.optional(text),
    asset: z.optional(
      z.looseObject({
        id: text,
        revision: z.optional(text),
        /** The asset's name, where GetAsset showed it. */
        name: z.optional(text),
        /** The address of the asset's page in the data portal. */
        portalUrl: z.optional(text),
      }),
    ),
    types: z.optional(z.array(text)),
    /** Data source runs have this instead of asset and types. A foreign run has no trigger key. */
    dataSource: z.optional(z.looseObject({ id: text, triggerKey: z.optional(text) })),
    /** DataZone or another caller started the run; the policy follows it. */
    foreign: z.optional(z.literal(true)),
    runId: z.optional(text),
    attempt: z.optional(z.int()),
    /** The attempt failed and will be retried, so another ending follows. */
    willRetry: z.optional(z.boolean()),
    /** On a retry: the subset of `types` that this attempt runs. Absent: all of them. */
    retriedTypes: z.optional(z.array(text)),
    /** DataZone's own status, when it is known. */
    nativeStatus: z.optional(text),
    /** The result of each type. Absent when List showed the ending. */
    typeStats: z.optional(
      z.array(z.looseObject({ type: text, status: text, errorMessage: z.optional(text) })),
    ),
    /** How many assets a data source run touched, by what it did with them. */
    statistics: z.optional(
      z.looseObject({
        added: z.optional(z.int()),
        updated: z.optional(z.int()),
        unchanged: z.optional(z.int()),
        skipped: z.optional(z.int()),
        failed: z.optional(z.int()),
      }),
    ),
    /** The status of a data source run's lineage import when the ending was read; the import may outlast the run. */
    lineageStatus: z.optional(text),
    error: z.optional(z.looseObject({ name: text, message: text })),
    /** Why an explicit request made no run: a reason, and for POLICY the rule's index and words. */
    skip: z.optional(z.looseObject({ reason: text, rule: z.optional(z.int()), because: z.optional(text) })),
    /** The run that an explicit request duplicates. Without an `ending`, the run's own ending event follows. */
    duplicateOf: z.optional(
      z.looseObject({
        requestId: text,
        state: text,
        runId: z.optional(text),
        ending: z.optional(z.enum(endings)),
      }),
    ),
    /** The newest duplicate requests of the run, so that their senders find its ending. */
    alsoRequestedBy: z.optional(z.array(z.looseObject({ requestId: text, correlationId: z.optional(text) }))),
    /** The `requestId` of the cancel request that ended the run. */
    canceledBy: z.optional(text),
    /** On a Rejected event: the message that is rejected is a cancel request. No run is changed by it. */
    rejectedRequest: z.optional(z.literal('CANCEL')),
    requestedAt: z.optional(time),
    startedAt: z.optional(time),
    detectedAt: z.optional(time),
    durations: z.optional(
      z.looseObject({
        /** From the request to the Start. */
        queuedMs: z.optional(z.int()),
        /** From the Start to the detection of the ending: DataZone has no end time. */
        runMs: z.optional(z.int()),
      }),
    ),
  }),
})
export type RunEventDetail = z.infer<typeof RunEventDetail>

/** An event for the bus port. */
export interface RunEvent {
  readonly detailType: string
  readonly timeMs: number
  readonly detail: RunEventDetail
}

export const iso = (ms: number): string => new Date(ms).toISOString()

/** The sender's id of a request. */
export const causationId = (requestKey: string): string => requestKey.slice(requestKey.indexOf(':') + 1)

/** What the event says about the project; nothing while it is unknown. */
export const projectOf = (projectId: string, projectName?: string) =>
  present({ projectId: projectId === unknownProject ? undefined : projectId, projectName })

/** What the event says about the subject, and the names that people know it by. */
export const subjectFields = (
  subject: Subject,
  { assetName, portalUrl }: Pick<Run, 'assetName' | 'portalUrl'> = {},
) => {
  if (isForeign(subject)) return { dataSource: { id: subject.dataSourceId }, foreign: true as const }
  return subject.kind === 'DATA_SOURCE'
    ? { dataSource: { id: subject.dataSourceId, triggerKey: subject.triggerKey } }
    : {
        asset: {
          id: subject.assetId,
          ...present({ revision: subject.revision, name: assetName, portalUrl }),
        },
        types: [...subject.types],
      }
}

const aboutRun = (run: EndedRun | InFlightRun, status: Ending | 'STARTED', atMs: number) => ({
  metadata: {
    id: eventId(run, status),
    version: 1 as const,
    time: iso(atMs),
    causationId: causationId(run.request.requestKey),
    ...present({ correlationId: run.request.correlationId }),
  },
  data: {
    status,
    kind: run.subject.kind,
    domainId: run.subject.domainId,
    ...projectOf(run.projectId, run.projectName),
    ...subjectFields(run.subject, run),
    attempt: run.attempt,
    willRetry: run.state === 'ENDED' && run.willRetry === true,
    requestedAt: iso(run.request.requestedAtMs),
    ...present({
      retriedTypes: run.onlyTypes && [...run.onlyTypes],
      runId: run.runId,
      nativeStatus: run.nativeStatus,
      startedAt: run.startedAtMs === undefined ? undefined : iso(run.startedAtMs),
    }),
  },
})

/** The parts of the event that DataZone wrote. */
const details = ({ typeStats, statistics, lineageStatus, error }: EndedRun) =>
  present({
    typeStats: typeStats?.map(({ type, status, errorMessage }) => ({
      type,
      status,
      ...present({ errorMessage: errorMessage === undefined ? undefined : errorText(errorMessage) }),
    })),
    statistics: statistics && { ...statistics },
    lineageStatus,
    error: error && { name: error.name, message: errorText(error.message) },
  })

const durations = ({ startedAtMs, request, detectedAtMs }: EndedRun) =>
  startedAtMs === undefined
    ? undefined
    : {
        queuedMs: Math.max(0, Math.round(startedAtMs - request.requestedAtMs)),
        runMs: Math.max(0, Math.round(detectedAtMs - startedAtMs)),
      }

/**
 * The event of an ending. `minimal` leaves out DataZone's texts, for an entry that the bus keeps refusing; the id stays
 * the same (P4).
 */
export const endedEvent = (run: EndedRun, options: { readonly minimal: boolean }): RunEvent => {
  const about = aboutRun(run, run.ending, run.detectedAtMs)
  return {
    detailType: detailType(run.ending, run.subject.kind),
    timeMs: run.detectedAtMs,
    detail: {
      metadata: about.metadata,
      data: {
        ...about.data,
        detectedAt: iso(run.detectedAtMs),
        ...present({
          canceledBy: run.ending === 'CANCELED' ? run.cancel?.requestId : undefined,
          durations: durations(run),
          alsoRequestedBy: run.alsoRequestedBy?.map(({ requestKey, ...sender }) => ({
            requestId: causationId(requestKey),
            ...sender,
          })),
        }),
        ...(options.minimal ? {} : details(run)),
      },
    },
  }
}

/** The event of a Start. Best effort: consumers must not rely on it. */
export const startedEvent = (run: InFlightRun): RunEvent => ({
  detailType: detailType('STARTED', run.subject.kind),
  timeMs: run.startedAtMs,
  detail: aboutRun(run, 'STARTED', run.startedAtMs),
})
