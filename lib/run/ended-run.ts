import { errorText } from './error-text.ts'
import type { Facts } from './facts.ts'
import { carriedOver } from './history.ts'
import { present } from './present.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type Ending,
  type InFlightRun,
  isCancelRequested,
  type ParkedRun,
  type RunError,
} from './run.ts'
import type { TypeStat } from './service-result.ts'

/** DataZone bounds neither these texts nor their number, and a DynamoDB item over 400 KB cannot be written. */
const maxTypeStats = 10
const nameLimit = 100

const shortened = ({ type, status, errorMessage }: TypeStat): TypeStat => ({
  type: errorText(type, nameLimit),
  status: errorText(status, nameLimit),
  ...present({ errorMessage: errorMessage === undefined ? undefined : errorText(errorMessage) }),
})

/** A request that ends as REJECTED, before DataZone ran it. */
export const rejected = (run: ParkedRun | ClaimedRun, error: RunError, nowMs: number): EndedRun => ({
  ...carriedOver(run, nowMs, `REJECTED: ${error.message}`),
  state: 'ENDED',
  ending: 'REJECTED',
  detectedAtMs: nowMs,
  error,
})

/** A request that ends as CANCELED, before DataZone ran it. */
export const canceledUnstarted = (run: ParkedRun | ClaimedRun, nowMs: number): EndedRun => ({
  ...carriedOver(run, nowMs, 'CANCELED'),
  state: 'ENDED',
  ending: 'CANCELED',
  detectedAtMs: nowMs,
})

/** A run that ends although DataZone does not show how. */
export const endedUnseen = (
  run: InFlightRun,
  ending: 'TIMED_OUT' | 'LOST',
  nowMs: number,
  nativeStatus: string,
): EndedRun => ({
  ...carriedOver(run, nowMs, ending),
  state: 'ENDED',
  ending,
  detectedAtMs: nowMs,
  runId: run.runId,
  startedAtMs: run.startedAtMs,
  nativeStatus,
})

/** A run that its own deadline canceled has timed out; it was not canceled by request. */
const endingOf = (run: InFlightRun, shown: Ending): Ending =>
  shown === 'CANCELED' && run.cancel !== undefined && !isCancelRequested(run) ? 'TIMED_OUT' : shown

/** The errors of the types that failed, or else DataZone's error for the run. */
const errorOf = (typeStats: readonly TypeStat[], error: RunError | undefined): RunError | undefined => {
  const messages = typeStats.flatMap(({ type, errorMessage }) =>
    errorMessage === undefined ? [] : [`${type}: ${errorMessage}`],
  )
  if (messages.length > 0) return { name: 'GenerationFailed', message: errorText(messages.join('; ')) }
  return error && { name: errorText(error.name, nameLimit), message: errorText(error.message) }
}

/** A run that Get or List shows as ended. */
export const endedAsShown = (
  run: InFlightRun,
  shown: Ending,
  fact: Facts['OBSERVED'],
  nowMs: number,
): EndedRun => {
  const ending = endingOf(run, shown)
  const typeStats = fact.typeStats?.slice(0, maxTypeStats).map(shortened)
  const lineage = fact.lineageStatus
  return {
    ...carriedOver(run, nowMs, ending),
    state: 'ENDED',
    ending,
    detectedAtMs: nowMs,
    runId: run.runId,
    startedAtMs: run.startedAtMs,
    nativeStatus: fact.nativeStatus,
    ...present({
      typeStats,
      statistics: fact.statistics,
      lineageStatus: lineage === undefined ? undefined : errorText(lineage, nameLimit),
      error: errorOf(typeStats ?? [], fact.error),
    }),
  }
}
