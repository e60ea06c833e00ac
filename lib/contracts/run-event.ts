import * as z from 'zod/mini'
import { errorText } from '../run/error-text.ts'
import { eventId, rejectionEventId } from '../run/identity.ts'
import {
  type EndedRun,
  type Ending,
  endings,
  type InFlightRun,
  isForeign,
  type RunKind,
  runKinds,
  type Subject,
} from '../run/run.ts'

/** `source` of every event we put on the run bus. */
export const eventSource = 'datazone-run-orchestrator'

const words = {
  SUCCEEDED: 'Succeeded',
  PARTIALLY_SUCCEEDED: 'Partially Succeeded',
  FAILED: 'Failed',
  CANCELED: 'Canceled',
  TIMED_OUT: 'Timed Out',
  LOST: 'Lost',
  REJECTED: 'Rejected',
  STARTED: 'Started',
} as const satisfies Record<Ending | 'STARTED', string>

const kindWords = {
  METADATA_GENERATION: 'Metadata Generation Run',
  DATA_SOURCE: 'Data Source Run',
} as const satisfies Record<RunKind, string>

/** `Metadata Generation Run Succeeded` and its siblings. */
export const detailType = (status: Ending | 'STARTED', kind: RunKind = 'METADATA_GENERATION'): string =>
  `${kindWords[kind]} ${words[status]}`

const text = z.string()
const time = z.iso.datetime()

/** `detail` of our events, version 1. Consumers must ignore fields they don't know: more will come. */
export const RunEventDetail = z.looseObject({
  metadata: z.looseObject({
    /** The same for every repeat of this announcement: drop what you have seen. */
    id: text,
    version: z.literal(1),
    /** When it happened, as far as we know. */
    time,
    correlationId: z.optional(text),
    /** The id of the request or event that asked for the run. */
    causationId: z.optional(text),
  }),
  data: z.looseObject({
    status: z.enum([...endings, 'STARTED']),
    kind: z.optional(z.enum(runKinds)),
    domainId: z.optional(text),
    projectId: z.optional(text),
    asset: z.optional(z.looseObject({ id: text, revision: z.optional(text) })),
    types: z.optional(z.array(text)),
    /** Instead of asset and types, of a data source run. One that others started has no trigger key. */
    dataSource: z.optional(z.looseObject({ id: text, triggerKey: z.optional(text) })),
    /** Somebody else started the run, by schedule or portal; the policy has it followed and announced. */
    foreign: z.optional(z.literal(true)),
    runId: z.optional(text),
    attempt: z.optional(z.int()),
    /** This attempt has failed, and another one will be made: the last word is still to come. */
    willRetry: z.optional(z.boolean()),
    /** Of a retry: those of `types` that this attempt runs. Absent: all of them. */
    retriedTypes: z.optional(z.array(text)),
    /** The status in DataZone's own word, when DataZone told it. */
    nativeStatus: z.optional(text),
    /** How each type fared. Absent when List told the ending. */
    typeStats: z.optional(
      z.array(z.looseObject({ type: text, status: text, errorMessage: z.optional(text) })),
    ),
    /** What a data source run did with the tables it found. */
    statistics: z.optional(
      z.looseObject({
        added: z.optional(z.int()),
        updated: z.optional(z.int()),
        unchanged: z.optional(z.int()),
        skipped: z.optional(z.int()),
        failed: z.optional(z.int()),
      }),
    ),
    /** A data source run's import of lineage when the ending was seen; it may go on after the run. */
    lineageStatus: z.optional(text),
    error: z.optional(z.looseObject({ name: text, message: text })),
    /** The `requestId` of the request to cancel, when that ended the run. */
    canceledBy: z.optional(text),
    requestedAt: z.optional(time),
    startedAt: z.optional(time),
    detectedAt: z.optional(time),
    durations: z.optional(
      z.looseObject({
        /** From the request to Start. */
        queuedMs: z.optional(z.int()),
        /** From Start to our noticing the end: DataZone tells no end time. */
        runMs: z.optional(z.int()),
      }),
    ),
  }),
})
export type RunEventDetail = z.infer<typeof RunEventDetail>

/** An event as the bus port takes it. */
export interface RunEvent {
  readonly detailType: string
  readonly timeMs: number
  readonly detail: RunEventDetail
}

const iso = (ms: number): string => new Date(ms).toISOString()

const causationId = (requestKey: string): string => requestKey.slice(requestKey.indexOf(':') + 1)

const aboutSubject = (subject: Subject) => {
  if (isForeign(subject)) return { dataSource: { id: subject.dataSourceId }, foreign: true as const }
  return subject.kind === 'DATA_SOURCE'
    ? { dataSource: { id: subject.dataSourceId, triggerKey: subject.triggerKey } }
    : {
        asset: {
          id: subject.assetId,
          ...(subject.revision === undefined ? {} : { revision: subject.revision }),
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
    ...(run.request.correlationId === undefined ? {} : { correlationId: run.request.correlationId }),
  },
  data: {
    status,
    kind: run.subject.kind,
    domainId: run.subject.domainId,
    projectId: run.projectId,
    ...aboutSubject(run.subject),
    attempt: run.attempt,
    willRetry: run.state === 'ENDED' && run.willRetry === true,
    ...(run.onlyTypes === undefined ? {} : { retriedTypes: [...run.onlyTypes] }),
    requestedAt: iso(run.request.requestedAtMs),
    ...(run.runId === undefined ? {} : { runId: run.runId }),
    ...(run.nativeStatus === undefined ? {} : { nativeStatus: run.nativeStatus }),
    ...(run.startedAtMs === undefined ? {} : { startedAt: iso(run.startedAtMs) }),
  },
})

const durations = (run: EndedRun) =>
  run.startedAtMs === undefined
    ? {}
    : {
        durations: {
          queuedMs: Math.max(0, Math.round(run.startedAtMs - run.request.requestedAtMs)),
          runMs: Math.max(0, Math.round(run.detectedAtMs - run.startedAtMs)),
        },
      }

/**
 * The announcement of an ending. `minimal` leaves out what DataZone wrote, for an entry that the bus keeps refusing; the
 * id stays the same (P4).
 */
export const endedEvent = (run: EndedRun, options: { readonly minimal: boolean }): RunEvent => {
  const about = aboutRun(run, run.ending, run.detectedAtMs)
  const details = {
    ...(run.typeStats === undefined
      ? {}
      : {
          typeStats: run.typeStats.map(({ errorMessage, ...stat }) => ({
            ...stat,
            ...(errorMessage === undefined ? {} : { errorMessage: errorText(errorMessage) }),
          })),
        }),
    ...(run.statistics === undefined ? {} : { statistics: { ...run.statistics } }),
    ...(run.lineageStatus === undefined ? {} : { lineageStatus: run.lineageStatus }),
    ...(run.error === undefined
      ? {}
      : { error: { name: run.error.name, message: errorText(run.error.message) } }),
  }
  return {
    detailType: detailType(run.ending, run.subject.kind),
    timeMs: run.detectedAtMs,
    detail: {
      metadata: about.metadata,
      data: {
        ...about.data,
        detectedAt: iso(run.detectedAtMs),
        ...(run.ending === 'CANCELED' && run.cancel?.requestId !== undefined
          ? { canceledBy: run.cancel.requestId }
          : {}),
        ...durations(run),
        ...(options.minimal ? {} : details),
      },
    },
  }
}

/** Best effort: nobody may count on it. */
export const startedEvent = (run: InFlightRun): RunEvent => ({
  detailType: detailType('STARTED', run.subject.kind),
  timeMs: run.startedAtMs,
  detail: aboutRun(run, 'STARTED', run.startedAtMs),
})

/** Why a message makes no record: it is wrong, or asks to cancel what cannot be, or not yet. */
export type MessageError = 'MalformedRequest' | 'CannotCancel'

/** A body that makes no record: its event id is a hash of the body, so a repeat of it carries the same (P4). */
export const malformedEvent = (
  body: string,
  problems: readonly string[],
  rejectedAtMs: number,
  envelopeId?: string,
  runKind?: RunKind,
  errorName: MessageError = 'MalformedRequest',
): RunEvent => ({
  detailType: detailType('REJECTED', runKind),
  timeMs: rejectedAtMs,
  detail: {
    metadata: {
      id: rejectionEventId(body),
      version: 1,
      time: iso(rejectedAtMs),
      ...(envelopeId === undefined ? {} : { causationId: envelopeId }),
    },
    data: {
      status: 'REJECTED',
      error: { name: errorName, message: errorText(problems.join('; ')) },
      detectedAt: iso(rejectedAtMs),
    },
  },
})
