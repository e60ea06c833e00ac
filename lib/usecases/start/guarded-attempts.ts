import { runKey } from '../../run/identity.ts'
import { type Repeat, repeatOf } from '../../run/repeat-guard.ts'
import type { GenerationType, MetadataSubject, ParkedRun, Run, Subject } from '../../run/run.ts'
import { type NewAttempt, newAttempt } from './new-attempt.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'

/** What a request makes once the repeat guard has removed what it would only repeat. */
interface Guarded {
  /** The subjects without the repeated types; a subject of nothing else is left out. */
  readonly subjects: readonly Subject[]
  /** Those of the subjects that no record covers yet. */
  readonly attempts: readonly NewAttempt[]
  /** At most one: a skip is recorded once per request. */
  readonly skipped: readonly RequestOutcome[]
}

type OwnRecord = Run & { readonly subject: MetadataSubject }

const typesWithout = ({ types }: MetadataSubject, others: readonly GenerationType[]) =>
  types.filter((type) => !others.includes(type))

/** The records that earlier deliveries of a request made for a revision. Their decision stands for every redelivery. */
const ownRecords = (
  { revision }: MetadataSubject,
  { request }: ParkedRun,
  records: readonly Run[],
): readonly OwnRecord[] =>
  records.filter(
    (run): run is OwnRecord =>
      run.state !== 'PLANNED' &&
      run.request.requestKey === request.requestKey &&
      run.subject.kind !== 'DATA_SOURCE' &&
      run.subject.revision === revision,
  )

/**
 * The narrower subject that an earlier delivery of the same publish made of this one, if it did: a redelivery must not make
 * a run of the types that were skipped.
 */
const narrowedBefore = (
  subject: MetadataSubject,
  { request }: ParkedRun,
  own: readonly OwnRecord[],
): MetadataSubject | undefined =>
  request.trigger === undefined
    ? undefined
    : own.map((run) => run.subject).find((made) => typesWithout(made, subject.types).length === 0)

/**
 * What the guard knew when it first decided on a request: nothing newer than the request's own records of the revision, so
 * that a run of other columns that has ended since changes nothing.
 */
const whenDecided = (
  own: readonly OwnRecord[],
  records: readonly Run[],
  nowMs: number,
): { readonly known: readonly Run[]; readonly atMs: number } => {
  if (own.length === 0) return { known: records, atMs: nowMs }
  const atMs = Math.min(...own.map(({ createdAtMs }) => createdAtMs))
  return { known: records.filter((run) => run.state !== 'ENDED' || run.detectedAtMs <= atMs), atMs }
}

const skipOf = (repeats: readonly Repeat[]): readonly RequestOutcome[] => {
  const latest = repeats.toSorted((left, right) => left.of.detectedAtMs - right.of.detectedAtMs).at(-1)
  const types: readonly GenerationType[] = repeats.flatMap((repeat) => repeat.types)
  return latest === undefined
    ? []
    : [{ outcome: 'skipped', reason: 'REPEAT_GUARD', of: runKey(latest.of), types }]
}

/** Returns the attempts that a request makes for its subjects. A subject that has a run already is a duplicate first. */
export const guardedAttempts = (
  subjects: readonly Subject[],
  waiting: ParkedRun,
  records: readonly Run[],
  context: StartContext,
): Guarded => {
  const kept: Subject[] = []
  const attempts: NewAttempt[] = []
  const repeats: Repeat[] = []
  const keep = (subject: Subject) => {
    kept.push(subject)
    const attempt = newAttempt(subject, waiting, records, context)
    if (attempt !== undefined) attempts.push(attempt)
  }
  for (const subject of subjects) {
    const isDuplicate = newAttempt(subject, waiting, records, context) === undefined
    if (subject.kind === 'DATA_SOURCE' || isDuplicate) {
      keep(subject)
      continue
    }
    const own = ownRecords(subject, waiting, records)
    const before = narrowedBefore(subject, waiting, own)
    const open = typesWithout(subject, before?.types ?? [])
    const { known, atMs } = whenDecided(own, records, context.clock.now())
    const repeat = repeatOf({ ...subject, types: open }, waiting, known, atMs)
    if (repeat !== undefined) repeats.push(repeat)
    const rest = before ?? { ...subject, types: typesWithout(subject, repeat?.types ?? []) }
    if (rest.types.length > 0) keep(rest)
  }
  return { subjects: kept, attempts, skipped: skipOf(repeats) }
}
