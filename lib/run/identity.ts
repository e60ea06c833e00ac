import { hash } from 'node:crypto'
import type { AssetRef, DataSourceRef, Ending, GenerationType, Subject } from './run.ts'
import { generationTypes, isForeign, isResolved } from './run.ts'

/**
 * The identifiers of runs, events and Starts.
 *
 * 1. Each is a pure function of what it identifies, so a repeat is recognized wherever it happens.
 * 2. P1: the client token is a function of subject and attempt alone: every try of an attempt sends the same one.
 * 3. P4: the event id is a function of subject, attempt and ending: every repeat of an event carries the same one.
 * 4. Changing one changes what "the same run" means, and needs a migration of the table.
 */

const digest = (parts: readonly (string | number)[]): string => hash('sha256', JSON.stringify(parts), 'hex')

/** A set of types in canonical form: no repeats, in the order of DataZone's enum. */
export const canonicalTypes = (types: readonly GenerationType[]): GenerationType[] =>
  generationTypes.filter((type) => types.includes(type))

/**
 * The sets of types that runs are made of. Start takes at most two types (service model, `MetadataGenerationRunTypes`),
 * so three always make the same two runs: descriptions with names, and glossary terms.
 */
export const typeSets = (types: readonly GenerationType[]): GenerationType[][] => {
  const canonical = canonicalTypes(types)
  return canonical.length <= 2 ? [canonical] : [canonical.slice(0, 2), canonical.slice(2)]
}

export const haveSameTypes = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((type) => right.includes(type))

/** The types to send with Start; none for a data source. */
export const typesToRun = (run: {
  readonly subject: Subject
  readonly onlyTypes?: readonly GenerationType[]
}): readonly GenerationType[] =>
  run.onlyTypes ?? (run.subject.kind === 'DATA_SOURCE' ? [] : run.subject.types)

/** The key of a record. All runs of an asset, or of a data source, share a partition. */
export interface RunKey {
  readonly partition: string
  readonly record: string
}

export const partitionOf = (target: AssetRef | DataSourceRef): string =>
  'dataSourceId' in target
    ? `SOURCE#${target.domainId}#${target.dataSourceId}`
    : `ASSET#${target.domainId}#${target.assetId}`

/** The asset or data source that a subject is about. */
export const targetOf = (subject: Subject): AssetRef | DataSourceRef =>
  subject.kind === 'DATA_SOURCE'
    ? { domainId: subject.domainId, dataSourceId: subject.dataSourceId }
    : { domainId: subject.domainId, assetId: subject.assetId }

const numbered = (attempt: number): string => String(attempt).padStart(4, '0')

const recordOf = (subject: Subject, attempt: number, requestKey: string): string => {
  if (isForeign(subject)) return `FOREIGN#${subject.foreignRunId}`
  if (subject.kind === 'DATA_SOURCE')
    return `RUN#${encodeURIComponent(subject.triggerKey)}#${numbered(attempt)}`
  return subject.revision === undefined
    ? `REQUEST#${digest([requestKey])}`
    : `RUN#${encodeURIComponent(subject.revision)}#${canonicalTypes(subject.types).join('+')}#${numbered(attempt)}`
}

/** What the sort keys of all attempts of a record's subject begin with; the key itself where it has no attempts. */
export const attemptsPrefix = (record: string): string =>
  record.startsWith('RUN#') ? record.slice(0, record.lastIndexOf('#') + 1) : record

/** The key of a subject's attempt or, while the revision is not known, of the request. */
export const runKey = (run: {
  readonly subject: Subject
  readonly attempt: number
  readonly request: { readonly requestKey: string }
}): RunKey => ({
  partition: partitionOf(run.subject),
  record: recordOf(run.subject, run.attempt, run.request.requestKey),
})

export const isSameSubject = (left: Subject, right: Subject): boolean => {
  if (partitionOf(left) !== partitionOf(right)) return false
  if (isForeign(left) || isForeign(right))
    return isForeign(left) && isForeign(right) && left.foreignRunId === right.foreignRunId
  if (left.kind === 'DATA_SOURCE') return right.kind === left.kind && right.triggerKey === left.triggerKey
  return (
    right.kind === left.kind && right.revision === left.revision && haveSameTypes(right.types, left.types)
  )
}

const subjectParts = (subject: Subject): string[] => {
  if (isForeign(subject)) {
    return [subject.kind, subject.domainId, subject.dataSourceId, 'foreign', subject.foreignRunId]
  }
  return subject.kind === 'DATA_SOURCE'
    ? [subject.kind, subject.domainId, subject.dataSourceId, subject.triggerKey]
    : [
        subject.kind,
        subject.domainId,
        subject.assetId,
        subject.revision ?? '',
        ...canonicalTypes(subject.types),
      ]
}

const targetIdOf = (subject: Subject): string =>
  subject.kind === 'DATA_SOURCE' ? subject.dataSourceId : subject.assetId

/**
 * P1: the idempotency token of Start, the same for every try of one subject and attempt. 1 to 128 characters of
 * [\x21-\x7E] (service model, `ClientToken`).
 */
export const clientToken = (subject: Subject, attempt: number): string =>
  `dzrun-${targetIdOf(subject).slice(0, 36)}-${attempt}-${digest(['token', attempt, ...subjectParts(subject)])}`

/** P4: the id of the event that announces the ending (or the start) of an attempt. */
export const eventId = (
  run: {
    readonly subject: Subject
    readonly attempt: number
    readonly request: { readonly requestKey: string }
  },
  what: Ending | 'STARTED',
): string => {
  const unresolved = isResolved(run.subject) ? [] : [run.request.requestKey]
  return digest(['event', what, run.attempt, ...subjectParts(run.subject), ...unresolved]).slice(0, 40)
}

/** P4: the event id of the answer to a request that makes no run. */
export const answerEventId = (
  requestKey: string,
  status: 'SKIPPED' | 'DUPLICATE',
  subject: Subject,
  about: string,
): string => digest(['answer', status, requestKey, ...subjectParts(subject), about]).slice(0, 40)

/** P4: the event id of a rejected body that names no subject. */
export const rejectionEventId = (body: string): string => digest(['rejected', body]).slice(0, 40)
