import type { ServiceRun } from '../ports/datazone.ts'
import {
  type ClaimedRun,
  type ParkReason,
  type Run,
  type RunError,
  type Subject,
  startUnknownName,
} from '../run/run.ts'
import { absenceProvesMs, ownership } from '../run/start-safety.ts'
import { hasWaitedTooLong, park, recordStarted, reject, runError } from './end-lease.ts'
import type { RequestOutcome } from './outcome.ts'
import type { StarterTools } from './starter-tools.ts'

/** The fate of a Start was never learned. A run may exist, so this is no attempt that came to nothing (P1). */
const startUnknown: RunError = {
  name: startUnknownName,
  message: 'whether a run was started could not be learned; look in DataZone, then ask again with regenerate',
}

type Look =
  | { readonly found: 'ours'; readonly run: ServiceRun }
  | { readonly found: 'nothing' }
  /** List could not be read, or shows a run that may or may not be ours. */
  | { readonly found: 'unknown'; readonly reason: ParkReason; readonly error: RunError }

/** A page of the runs of the asset or data source. */
const listTarget = (subject: Subject, nextToken: string | undefined, { datazone }: StarterTools) => {
  const from = nextToken === undefined ? {} : { nextToken }
  return subject.kind === 'DATA_SOURCE'
    ? datazone.listSourceRuns(subject.domainId, { dataSourceId: subject.dataSourceId, ...from })
    : datazone.listRuns(subject.domainId, { assetId: subject.assetId, ...from })
}

/** Asks List, all pages, whether an earlier Start of this attempt took effect. */
const look = async (run: ClaimedRun, others: readonly Run[], tools: StarterTools): Promise<Look> => {
  const recordedElsewhere = new Set(
    others.flatMap((other) => ('runId' in other && other.runId !== undefined ? [other.runId] : [])),
  )
  const ours: ServiceRun[] = []
  let unclear: ServiceRun | undefined
  let nextToken: string | undefined
  do {
    const page = await listTarget(run.subject, nextToken, tools)
    if (page.outcome === 'refused') {
      const reason = page.refusal.kind === 'DENIED' ? 'DENIED' : 'UNAVAILABLE'
      return { found: 'unknown', reason, error: runError(page.refusal) }
    }
    for (const candidate of page.value.runs) {
      const { runId, types, revision, createdAtMs } = candidate
      const seen = { runId, types, revision, createdAtMs, olderShape: candidate.olderShape }
      const owner = ownership(run, seen, recordedElsewhere, tools.settings.assumptions)
      if (owner === 'ours') ours.push(candidate)
      if (owner === 'unclear') unclear = candidate
    }
    nextToken = page.value.nextToken
  } while (nextToken !== undefined)
  const [first, second] = ours
  // Two runs of a data source were made while a Start of ours was open: nothing tells which of them is ours.
  if (run.subject.kind === 'DATA_SOURCE' && second !== undefined) unclear = second
  else if (first !== undefined) return { found: 'ours', run: first }
  if (unclear === undefined) return { found: 'nothing' }
  const message = `DataZone shows run ${unclear.runId} without all that tells whose it is`
  return { found: 'unknown', reason: 'CONFLICT', error: { name: 'UnclearRun', message } }
}

/**
 * Looks for the effect of earlier Starts; `nothing` when List proves that there is none and never will be, so that the
 * caller may go on. Any other answer is the outcome.
 */
export const lookBefore = async (
  run: ClaimedRun,
  others: readonly Run[],
  tools: StarterTools,
): Promise<RequestOutcome | 'nothing'> => {
  if (run.sentBefore === undefined) return 'nothing'
  const askedAtMs = tools.clock.now()
  const seen = await look(run, others, tools)
  switch (seen.found) {
    case 'ours':
      return recordStarted(run, seen.run, true, tools)
    case 'unknown': {
      if (hasWaitedTooLong(run, tools)) return reject(run, startUnknown, tools)
      const retryAtMs = askedAtMs + tools.settings.lookAgainMs
      return park(run, { reason: seen.reason, retryAtMs, definite: true, error: seen.error }, tools)
    }
    case 'nothing': {
      const provesMs = absenceProvesMs(run.sentBefore, tools.settings.assumptions)
      return askedAtMs >= provesMs
        ? 'nothing'
        : park(run, { reason: 'LEASE_EXPIRED', retryAtMs: provesMs, definite: true }, tools)
    }
    default:
      return seen satisfies never
  }
}
