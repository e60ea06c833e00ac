import type { ServiceRun } from '../../ports/datazone.ts'
import { backoffByAgeMs } from '../../run/backoff.ts'
import {
  type ClaimedRun,
  type ParkReason,
  type Run,
  type RunError,
  type Subject,
  startUnknownName,
} from '../../run/run.ts'
import { meaningOfStatus } from '../../run/service-status.ts'
import { absenceIsProofAtMs, ownership } from '../../run/start-safety.ts'
import { hasWaitedTooLong, park, recordStarted, reject, runError } from './end-lease.ts'
import type { RequestOutcome } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/** The fate of a Start was never learned. A run may exist, so this is no attempt that came to nothing (P1). */
const startUnknown: RunError = {
  name: startUnknownName,
  message: 'whether a run was started could not be learned; look in DataZone, then ask again with regenerate',
}

type Look =
  | { readonly found: 'ours'; readonly run: ServiceRun }
  /** `going`: the newest run of the asset that is. */
  | { readonly found: 'nothing'; readonly going?: ServiceRun }
  /** List could not be read, or not to its end, or shows a run that may or may not be ours. */
  | { readonly found: 'unknown'; readonly reason: ParkReason; readonly error: RunError }

/** A page of the runs of the asset or data source. */
const listTarget = (subject: Subject, nextToken: string | undefined, { datazone }: StartContext) => {
  const from = nextToken === undefined ? {} : { nextToken }
  return subject.kind === 'DATA_SOURCE'
    ? datazone.listSourceRuns(subject.domainId, { dataSourceId: subject.dataSourceId, ...from })
    : datazone.listRuns(subject.domainId, { assetId: subject.assetId, ...from })
}

const outOfTime: RunError = {
  name: 'OutOfTime',
  message: 'no time was left to read all runs that DataZone lists; it is asked again',
}

/** All pages, or none: of some of them nothing follows. */
const listAll = async (
  subject: Subject,
  context: StartContext,
): Promise<{ readonly runs: readonly ServiceRun[] } | Extract<Look, { found: 'unknown' }>> => {
  const runs: ServiceRun[] = []
  let nextToken: string | undefined
  do {
    if (!hasTimeToAsk(context)) return { found: 'unknown', reason: 'UNAVAILABLE', error: outOfTime }
    const page = await listTarget(subject, nextToken, context)
    if (page.outcome === 'refused') {
      const reason = page.refusal.kind === 'DENIED' ? 'DENIED' : 'UNAVAILABLE'
      return { found: 'unknown', reason, error: runError(page.refusal) }
    }
    runs.push(...page.value.runs)
    nextToken = page.value.nextToken
  } while (nextToken !== undefined)
  return { runs }
}

const newestGoing = (kind: Subject['kind'], runs: readonly ServiceRun[]): ServiceRun | undefined =>
  runs
    .filter(({ nativeStatus }) => meaningOfStatus(kind, nativeStatus).phase === 'active')
    .toSorted((left, right) => (left.createdAtMs ?? 0) - (right.createdAtMs ?? 0))
    .at(-1)

/** Asks List, all pages, whether an earlier Start of this attempt took effect, and what else is going. */
const look = async (run: ClaimedRun, others: readonly Run[], context: StartContext): Promise<Look> => {
  const recordedElsewhere = new Set(
    others.flatMap((other) => ('runId' in other && other.runId !== undefined ? [other.runId] : [])),
  )
  const listed = await listAll(run.subject, context)
  if ('found' in listed) return listed
  const ours: ServiceRun[] = []
  let unclear: ServiceRun | undefined
  for (const candidate of listed.runs) {
    const { runId, types, revision, createdAtMs } = candidate
    const seen = { runId, types, revision, createdAtMs, isOlderShape: candidate.isOlderShape }
    const owner = ownership(run, seen, recordedElsewhere, context.settings.assumptions)
    if (owner === 'ours') ours.push(candidate)
    if (owner === 'unclear') unclear = candidate
  }
  const [first, second] = ours
  // Two runs of a data source were made while a Start of ours was open: nothing tells which of them is ours.
  if (run.subject.kind === 'DATA_SOURCE' && second !== undefined) unclear = second
  else if (first !== undefined) return { found: 'ours', run: first }
  if (unclear === undefined) {
    const going = newestGoing(run.subject.kind, listed.runs)
    return { found: 'nothing', ...(going === undefined ? {} : { going }) }
  }
  const message = `DataZone shows run ${unclear.runId} without all that tells whose it is`
  return { found: 'unknown', reason: 'CONFLICT', error: { name: 'UnclearRun', message } }
}

/**
 * Looks for the effect of earlier Starts; `nothing` when List proves that there is none and never will be, so that the
 * caller may go on. Any other answer is the outcome.
 */
export const findEarlierStart = async (
  run: ClaimedRun,
  others: readonly Run[],
  context: StartContext,
): Promise<RequestOutcome | 'nothing'> => {
  if (run.earlierStart === undefined) return 'nothing'
  const requestedAtMs = context.clock.now()
  const seen = await look(run, others, context)
  switch (seen.found) {
    case 'ours':
      return recordStarted(run, seen.run, true, context)
    case 'unknown': {
      if (hasWaitedTooLong(run, context)) return reject(run, startUnknown, context)
      const { lookAgainMs, parkMs } = context.settings
      // List is a permission of its own, so that this opens no breaker; nor is it asked for each minute.
      const retryAtMs = requestedAtMs + (seen.reason === 'DENIED' ? parkMs : lookAgainMs)
      return park(run, { reason: seen.reason, retryAtMs, definite: true, error: seen.error }, context)
    }
    case 'nothing': {
      const provesMs = absenceIsProofAtMs(run.earlierStart, context.settings.assumptions)
      return requestedAtMs >= provesMs
        ? 'nothing'
        : park(run, { reason: 'LEASE_EXPIRED', retryAtMs: provesMs, definite: true }, context)
    }
    default:
      return seen satisfies never
  }
}

/** The run once List has proven that no Start of an earlier lease took effect, or will. */
export const withoutOpenStarts = ({ earlierStart: _, ...run }: ClaimedRun): ClaimedRun => run

const isProvenAbsent = (run: ClaimedRun, seen: Look, requestedAtMs: number, context: StartContext): boolean =>
  seen.found === 'nothing' &&
  run.earlierStart !== undefined &&
  requestedAtMs >= absenceIsProofAtMs(run.earlierStart, context.settings.assumptions)

/**
 * A run of the asset is going. It is adopted only where an earlier Start of this attempt is open: the one that was just
 * refused made nothing, so without another the run in the way is somebody else's, however much it looks like ours (P1).
 * That one is waited for.
 */
export const parkBehindActiveRun = async (
  run: ClaimedRun,
  others: readonly Run[],
  error: RunError,
  context: StartContext,
): Promise<RequestOutcome> => {
  const { lookAgainMs, parkMs } = context.settings
  const requestedAtMs = context.clock.now()
  const seen = await look(run, others, context)
  if (run.earlierStart !== undefined && seen.found === 'ours')
    return recordStarted(run, seen.run, true, context)
  const nowMs = context.clock.now()
  // Where List shows none going, as long as the request itself has waited.
  const sinceMs = (seen.found === 'nothing' ? seen.going?.createdAtMs : undefined) ?? run.createdAtMs
  const retryAtMs = nowMs + backoffByAgeMs(nowMs - sinceMs, lookAgainMs, parkMs)
  return park(
    isProvenAbsent(run, seen, requestedAtMs, context) ? withoutOpenStarts(run) : run,
    { reason: 'CONFLICT', retryAtMs, definite: true, error },
    context,
  )
}
