import { matchesGlob } from './glob.ts'
import {
  type DataSourceRef,
  type EndedRun,
  type ForeignSubject,
  type InFlightRun,
  type Run,
  startUnknownName,
} from './run.ts'

/** A data source run without a record, as a DataZone event describes it. */
export interface ForeignRun extends DataSourceRef {
  readonly runId: string
  /** Absent when the event names none; Get has it. */
  readonly projectId?: string
  readonly eventId: string
  /** The event's time. The run did not begin after it. */
  readonly happenedAtMs?: number
}

/** Exact ids, or globs. An absent field matches everything. */
export interface FollowRule {
  readonly domain?: string
  readonly project?: string
  readonly dataSource?: string
}

/** Whether the policy follows foreign runs of this data source. While the project is unknown, any project matches. */
export const isFollowed = (
  rules: readonly FollowRule[],
  { domainId, projectId, dataSourceId }: Pick<ForeignRun, 'domainId' | 'projectId' | 'dataSourceId'>,
): boolean =>
  rules.some(
    ({ domain = '*', project = '*', dataSource = '*' }) =>
      matchesGlob(domain, domainId) &&
      (projectId === undefined || matchesGlob(project, projectId)) &&
      matchesGlob(dataSource, dataSourceId),
  )

/** Clock skew, plus the second that an event's time is rounded to. */
const skewMs = 10_000

/** An event about a run that a rejected attempt may have made arrives within this time, or never. */
const eventWithinMs = 24 * 3_600_000

/** Since when a Start of ours may have taken effect without a recorded run id; undefined when none is open. */
const openSinceMs = (run: Run, nowMs: number): number | undefined => {
  switch (run.state) {
    case 'CLAIMED':
      return Math.min(run.startSent.firstAtMs, run.earlierStart?.firstAtMs ?? run.startSent.firstAtMs)
    case 'PARKED':
      return run.earlierStart?.firstAtMs
    case 'ENDED':
      return isGivenUp(run) && nowMs < run.detectedAtMs + eventWithinMs ? run.createdAtMs : undefined
    case 'PLANNED':
    case 'IN_FLIGHT':
      return undefined
    default:
      return run satisfies never
  }
}

const isGivenUp = (run: EndedRun): boolean => run.error?.name === startUnknownName

/**
 * P1: whether a run without a record may come from a Start of ours whose run id is not recorded. It cannot when its event
 * is older than that Start.
 * @param records every record of the data source, read after the event
 */
export const mayBeOurs = (
  { happenedAtMs = Number.POSITIVE_INFINITY }: Pick<ForeignRun, 'happenedAtMs'>,
  records: readonly Run[],
  nowMs: number,
): boolean =>
  records.some((run) => {
    const sinceMs = openSinceMs(run, nowMs)
    return sinceMs !== undefined && happenedAtMs >= sinceMs - skewMs
  })

/** The record of a foreign run: in flight from the beginning. It has no policy, so it is never retried. */
export const foreignRunRecord = (
  {
    domainId,
    dataSourceId,
    runId,
    projectId,
    eventId,
    happenedAtMs,
  }: ForeignRun & { readonly projectId: string },
  seen: { readonly nativeStatus: string; readonly createdAtMs?: number },
  nowMs: number,
): InFlightRun & { readonly subject: ForeignSubject } => {
  const startedAtMs = Math.min(seen.createdAtMs ?? happenedAtMs ?? nowMs, nowMs)
  return {
    state: 'IN_FLIGHT',
    subject: { kind: 'DATA_SOURCE', domainId, dataSourceId, foreignRunId: runId },
    attempt: 1,
    projectId,
    request: {
      requestKey: `event:${eventId}`,
      lane: 'live',
      requestedAtMs: startedAtMs,
      regenerate: false,
    },
    createdAtMs: nowMs,
    version: 0,
    history: [{ atMs: nowMs, what: `follows foreign run ${runId}` }],
    runId,
    startedAtMs,
    nativeStatus: seen.nativeStatus,
  }
}
