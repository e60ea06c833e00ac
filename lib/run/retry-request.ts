import { createHash } from 'node:crypto'
import { haveSameTypes } from './identity.ts'
import { type EndedRun, isForeign, type Run } from './run.ts'

/** Why an ended run needs no retry by an operator. */
export type NoRetry =
  /** The same subject has a later attempt. */
  | 'LATER_ATTEMPT'
  /** A newer revision of the asset has a run of the same types. */
  | 'NEWER_REVISION'
  /** DataZone or another caller started it. */
  | 'FOREIGN'

const isLaterAttempt = (run: EndedRun, other: Run): boolean =>
  other.attempt > run.attempt &&
  (run.subject.kind === 'METADATA_GENERATION'
    ? other.subject.kind === run.subject.kind &&
      other.subject.revision === run.subject.revision &&
      haveSameTypes(other.subject.types, run.subject.types)
    : other.subject.kind === run.subject.kind &&
      !isForeign(other.subject) &&
      !isForeign(run.subject) &&
      other.subject.triggerKey === run.subject.triggerKey)

const isNewerRevision = (run: EndedRun, other: Run): boolean =>
  run.subject.kind === 'METADATA_GENERATION' &&
  other.subject.kind === run.subject.kind &&
  other.state !== 'PLANNED' &&
  other.subject.revision !== run.subject.revision &&
  other.createdAtMs > run.createdAtMs &&
  haveSameTypes(other.subject.types, run.subject.types)

/**
 * Decides whether an operator may retry an ended run, from all records of its asset or data source. Returns
 * the reason against it; undefined: retry it.
 */
export const noRetryBecause = (run: EndedRun, records: readonly Run[]): NoRetry | undefined => {
  if (isForeign(run.subject)) return 'FOREIGN'
  if (records.some((other) => isLaterAttempt(run, other))) return 'LATER_ATTEMPT'
  return records.some((other) => isNewerRevision(run, other)) ? 'NEWER_REVISION' : undefined
}

/** The request id of an operator's retry: the same for every retry of one attempt, so a repeated command does nothing. */
export const retryRequestId = (domainId: string, targetId: string, record: string): string =>
  `retry/${targetId.slice(0, 36)}/${createHash('sha256')
    .update(JSON.stringify([domainId, targetId, record]))
    .digest('hex')
    .slice(0, 24)}`
