import { matchesGlob } from './glob.ts'
import {
  type DataSourceRef,
  type EndedRun,
  type ForeignSubject,
  type InFlightRun,
  type Run,
  startUnknownName,
} from './run.ts'

/** A data source run that is on no record, as DataZone's event tells of it. */
export interface ForeignRun extends DataSourceRef {
  readonly runId: string
  readonly projectId: string
  readonly eventId: string
  /** When the event says that it happened: no sooner than the run began. */
  readonly happenedAtMs?: number
}

/** Exact texts, or globs; what is left out matches everything. */
export interface FollowRule {
  readonly domain?: string
  readonly project?: string
  readonly dataSource?: string
}

/** Whether the policy wants the runs followed that others start of this data source. */
export const isFollowed = (
  rules: readonly FollowRule[],
  { domainId, projectId, dataSourceId }: Pick<ForeignRun, 'domainId' | 'projectId' | 'dataSourceId'>,
): boolean =>
  rules.some(
    ({ domain = '*', project = '*', dataSource = '*' }) =>
      matchesGlob(domain, domainId) &&
      matchesGlob(project, projectId) &&
      matchesGlob(dataSource, dataSourceId),
  )

/** What clocks, and an event's time that is told to the second, may differ by. */
const skewMs = 10_000

/** What a Start made that was given up has been told of by then, if ever. */
const toldWithinMs = 24 * 3_600_000

/** Since when a Start of ours has been, or was left, without a known fate. */
const openSinceMs = (run: Run, nowMs: number): number | undefined => {
  switch (run.state) {
    case 'CLAIMED':
      return Math.min(run.startSent.firstAtMs, run.earlierStart?.firstAtMs ?? run.startSent.firstAtMs)
    case 'PARKED':
      return run.earlierStart?.firstAtMs
    case 'ENDED':
      return isGivenUp(run) && nowMs < run.detectedAtMs + toldWithinMs ? run.createdAtMs : undefined
    case 'PLANNED':
    case 'IN_FLIGHT':
      return undefined
    default:
      return run satisfies never
  }
}

const isGivenUp = (run: EndedRun): boolean => run.error?.name === startUnknownName

/**
 * P1: whether a run that is on no record may be the work of a Start of ours whose run id is not recorded. It cannot be
 * when its event says that it happened before that Start: an event comes after what it is about.
 * @param records every record of the data source, read after the event was
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

/**
 * The record that a foreign run is followed under: in flight from the beginning, for whatever DataZone shows of it. It
 * has no policy, so it is never tried again.
 */
export const foreignRunRecord = (
  { domainId, dataSourceId, runId, projectId, eventId, happenedAtMs }: ForeignRun,
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
    history: [{ atMs: nowMs, what: `run ${runId} of somebody else is followed from now on` }],
    runId,
    startedAtMs,
    nativeStatus: seen.nativeStatus,
  }
}
