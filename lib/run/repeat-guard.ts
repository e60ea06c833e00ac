import { typesToRun } from './identity.ts'
import type { EndedRun, GenerationType, MetadataSubject, ParkedRun, Run } from './run.ts'

/**
 * P10: which publishes are repeats. Accepting and publishing what was generated must not use up the month's quota, and a
 * table with new columns must not stay without a description.
 *
 * 1. Each type is decided on its own, by the last run of that type for the asset, at any revision.
 * 2. A type is a repeat when that run succeeded for it, and succeeded or was accepted within the guard's time.
 * 3. A changed schema fingerprint is never a repeat. Where either fingerprint is unknown, time alone decides.
 * 4. Explicit requests are never repeats.
 */

/** The last run of a type that DataZone ran for an asset, at any revision and with any ending. */
export const lastRunOf = (type: GenerationType, records: readonly Run[]): EndedRun | undefined =>
  records
    .filter(
      (run): run is EndedRun =>
        run.state === 'ENDED' && run.runId !== undefined && typesToRun(run).includes(type),
    )
    .toSorted((left, right) => left.detectedAtMs - right.detectedAtMs)
    .at(-1)

/** Whether a run succeeded for one of its types. Without `typeStats` its ending speaks for all of them. */
const succeededFor = ({ ending, typeStats }: EndedRun, type: GenerationType): boolean => {
  const stat = typeStats?.find((one) => one.type === type)
  return stat === undefined ? ending === 'SUCCEEDED' : stat.status === 'SUCCEEDED'
}

/** Suggestions may be accepted and published long after the run, so an acceptance restarts the count. */
const guardedFromMs = (run: EndedRun): number => Math.max(run.detectedAtMs, run.acceptedAtMs ?? 0)

const isChanged = (run: EndedRun, fingerprint: string | undefined): boolean =>
  fingerprint !== undefined && run.fingerprint !== undefined && run.fingerprint !== fingerprint

/** The part of a request that the guard looks at. */
type Guardable = Pick<ParkedRun, 'request' | 'policy' | 'fingerprint'>

/** The types of a subject that a request would only repeat, and the latest run that they repeat. */
export interface Repeat {
  readonly types: readonly GenerationType[]
  readonly of: EndedRun
}

/** Returns what a publish would only repeat of a subject; undefined when nothing. */
export const repeatOf = (
  subject: MetadataSubject,
  { request, policy, fingerprint }: Guardable,
  records: readonly Run[],
  nowMs: number,
): Repeat | undefined => {
  const guardMs = policy?.repeatGuardMs
  if (guardMs === undefined || request.trigger === undefined || request.regenerate) return undefined
  const repeated = subject.types.flatMap((type) => {
    const run = lastRunOf(type, records)
    return run !== undefined &&
      succeededFor(run, type) &&
      nowMs - guardedFromMs(run) < guardMs &&
      !isChanged(run, fingerprint)
      ? [{ type, run }]
      : []
  })
  const latest = repeated.toSorted((left, right) => left.run.detectedAtMs - right.run.detectedAtMs).at(-1)
  return latest && { types: repeated.map(({ type }) => type), of: latest.run }
}
