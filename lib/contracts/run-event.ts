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
import { described } from './fields.ts'

/** The `source` of every event that this system puts on the run bus. */
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
    id: described(
      'The idempotency key: the same for every repeat of this event. Drop an event whose id you have seen.',
      text,
    ),
    version: z.literal(1),
    time: described('When the event happened, as far as it is known.', time),
    correlationId: described('The correlationId of the request.', z.optional(text)),
    causationId: described('The id of the request or event that requested the run.', z.optional(text)),
  }),
  data: z.looseObject({
    status: described(
      'How the run ended, or what became of the request: STARTED, SKIPPED or DUPLICATE.',
      z.enum([...endings, 'STARTED', 'SKIPPED', 'DUPLICATE']),
    ),
    kind: z.optional(z.enum(runKinds)),
    domainId: z.optional(text),
    projectId: z.optional(text),
    projectName: described('The name of the project, where DataZone showed it.', z.optional(text)),
    asset: z.optional(
      z.looseObject({
        id: text,
        revision: z.optional(text),
        name: described('The name of the asset, where GetAsset showed it.', z.optional(text)),
        portalUrl: described('The URL of the asset in the data portal.', z.optional(text)),
      }),
    ),
    types: described('The metadata generation types of the run.', z.optional(z.array(text))),
    dataSource: described(
      'On a data source run, in place of asset and types. A foreign run has no trigger key.',
      z.optional(z.looseObject({ id: text, triggerKey: z.optional(text) })),
    ),
    foreign: described(
      'DataZone or another caller started the run, and the policy follows it.',
      z.optional(z.literal(true)),
    ),
    runId: described('The id of the run at DataZone.', z.optional(text)),
    attempt: described('1 for the first run of the subject, 2 for the next, and so on.', z.optional(z.int())),
    willRetry: described(
      'The attempt failed and will be retried, so another ending follows.',
      z.optional(z.boolean()),
    ),
    retriedTypes: described(
      'On a retry: the subset of types that this attempt runs. Absent: all of them.',
      z.optional(z.array(text)),
    ),
    nativeStatus: described('The last known status of the run at DataZone.', z.optional(text)),
    typeStats: described(
      'The result of each type. Absent when List showed the ending.',
      z.optional(z.array(z.looseObject({ type: text, status: text, errorMessage: z.optional(text) }))),
    ),
    statistics: described(
      'How many assets a data source run added, updated and so on.',
      z.optional(
        z.looseObject({
          added: z.optional(z.int()),
          updated: z.optional(z.int()),
          unchanged: z.optional(z.int()),
          skipped: z.optional(z.int()),
          failed: z.optional(z.int()),
        }),
      ),
    ),
    lineageStatus: described(
      'The status of the lineage import of a data source run when the ending was read. The import may outlast the run.',
      z.optional(text),
    ),
    error: described(
      'Why the run or request did not succeed.',
      z.optional(z.looseObject({ name: text, message: text })),
    ),
    skip: described(
      'Why a RunRequest made no run: a reason, and for POLICY the index of the rule and its words.',
      z.optional(z.looseObject({ reason: text, rule: z.optional(z.int()), because: z.optional(text) })),
    ),
    duplicateOf: described(
      'The run of which a RunRequest is a duplicate. Without an ending, the event of its ending follows.',
      z.optional(
        z.looseObject({
          requestId: text,
          state: text,
          runId: z.optional(text),
          ending: z.optional(z.enum(endings)),
        }),
      ),
    ),
    alsoRequestedBy: described(
      'The newest duplicate requests of the run, so that their senders find its ending.',
      z.optional(z.array(z.looseObject({ requestId: text, correlationId: z.optional(text) }))),
    ),
    canceledBy: described('The requestId of the cancel request that ended the run.', z.optional(text)),
    rejectedRequest: described(
      'On a Rejected event: the rejected message is a cancel request, which changes no run.',
      z.optional(z.literal('CANCEL')),
    ),
    requestedAt: described('When the run was requested.', z.optional(time)),
    startedAt: described('When DataZone accepted the Start.', z.optional(time)),
    detectedAt: described('When the ending was detected.', z.optional(time)),
    durations: z.optional(
      z.looseObject({
        queuedMs: described('Milliseconds from the request to the Start.', z.optional(z.int())),
        runMs: described(
          'Milliseconds from the Start to the detection of the ending: DataZone has no end time.',
          z.optional(z.int()),
        ),
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

/** Returns the event's fields about the project; none while it is unknown. */
export const projectOf = (projectId: string, projectName?: string) =>
  present({ projectId: projectId === unknownProject ? undefined : projectId, projectName })

/** Returns the event's fields about the subject, with its display names. */
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
