import { PortUnavailable } from '../errors.ts'
import type { Answer, Refusal, ServiceRun } from '../ports/datazone.ts'
import { errorText } from '../run/error-text.ts'
import { clientToken, eventId, runKey, typesToRun } from '../run/identity.ts'
import {
  type ClaimedRun,
  type EndedRun,
  type ParkedRun,
  type ParkReason,
  type Run,
  type RunError,
  type Subject,
  startUnknownName,
} from '../run/run.ts'
import { nextDayMs } from '../run/source-day.ts'
import { absenceProvesMs, ownership, startSafety } from '../run/start-safety.ts'
import { type Facts, type Transition, transition } from '../run/transition.ts'
import { announce } from './announce.ts'
import type { RequestOutcome } from './outcome.ts'
import type { StarterTools } from './starter-tools.ts'

/** A Start that could not be answered in this time is not worth beginning, in ms. */
export const leastTimeToStartMs = 1500

/** How often a write that lost a race is tried again. */
const recordTries = 5

const runError = (refusal: Refusal): RunError => ({
  name: refusal.name,
  message: errorText(refusal.message),
})

/** 5 s, 10 s, 20 s, ... up to 5 min, each half to one and a half times that. */
export const backoffSeconds = (tries: number, random: number): number =>
  Math.round(Math.min(300, 5 * 2 ** (Math.max(1, tries) - 1)) * (0.5 + random))

/** P9: waiting has an end. */
export const hasWaitedTooLong = (run: ClaimedRun | ParkedRun, tools: StarterTools): boolean =>
  tools.clock.now() - run.createdAtMs > tools.settings.maxWaitMs

export const waitedTooLong: RunError = {
  name: 'WaitedTooLong',
  message:
    'the request could not be carried out in all the time it was given; ask again when its cause is mended',
}

/**
 * Ends our lease with a fact. A duplicate may have been noted on the record meanwhile: it is read again, and the fact
 * applied to what is there, as long as it is still our lease. Undefined: it is not.
 */
const endLease = async (
  run: ClaimedRun | ParkedRun,
  fact: Facts['REFUSED'] | Facts['REJECTED'],
  tools: StarterTools,
): Promise<ParkedRun | EndedRun | undefined> => {
  const { record } = runKey(run)
  let current: Run | undefined = run
  for (let tries = 0; tries < recordTries && current !== undefined; tries += 1) {
    const nowMs = tools.clock.now()
    const next: Transition<ParkedRun | EndedRun> =
      fact.kind === 'REFUSED' ? transition(current, fact, nowMs) : transition(current, fact, nowMs)
    if (next.outcome !== 'changed') return undefined
    const saved = await tools.store.save(next.run)
    if (saved !== undefined) return saved
    const records = await tools.store.runsOfAsset(run.subject)
    current = records.runs.find((other) => runKey(other).record === record && isSameLease(other, run))
  }
  return undefined
}

const isSameLease = (other: Run, run: ClaimedRun | ParkedRun): boolean =>
  run.state === 'CLAIMED'
    ? other.state === 'CLAIMED' && other.startSent.firstAtMs === run.startSent.firstAtMs
    : other.state === 'PARKED' && other.retryAtMs === run.retryAtMs

/** The fate of a Start was never learned. A run may exist, so this is no attempt that came to nothing (P1). */
const startUnknown: RunError = {
  name: startUnknownName,
  message: 'whether a run was started could not be learned; look in DataZone, then ask again with regenerate',
}

const park = async (
  run: ClaimedRun,
  why: { reason: ParkReason; retryAtMs: number; definite: boolean; error?: RunError },
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const parked = await endLease(run, { kind: 'REFUSED', ...why }, tools)
  return parked?.state === 'PARKED'
    ? { outcome: 'parked', run: parked }
    : { outcome: 'duplicate', of: runKey(run) }
}

/** Ends a run as REJECTED, and says so to its sender. */
export const reject = async (
  run: ClaimedRun | ParkedRun,
  error: RunError,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const ended = await endLease(run, { kind: 'REJECTED', error }, tools)
  if (ended?.state !== 'ENDED') return { outcome: 'duplicate', of: runKey(run) }
  await announce([ended], tools)
  return { outcome: 'rejected', eventId: eventId(run, 'REJECTED'), reasons: [error.message] }
}

/**
 * Step 6: keeps the run id, on the condition of the attempt and of an absent or equal run id; not of the version,
 * because a hint, a cancel or a sweep may have come between Start and its answer.
 * @throws PortUnavailable when the table cannot answer: the sweep will find the claim, and Start's token the same run
 */
const recordStarted = async (
  claimed: ClaimedRun,
  found: ServiceRun,
  adopted: boolean,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const { record } = runKey(claimed)
  let current: Run | undefined = claimed
  for (let tries = 0; tries < recordTries && current !== undefined; tries += 1) {
    const nowMs = tools.clock.now()
    const startedAtMs = Math.min(found.createdAtMs ?? nowMs, nowMs)
    const { runId, nativeStatus } = found
    const next: Transition = transition(current, { kind: 'STARTED', runId, nativeStatus, startedAtMs }, nowMs)
    if (next.outcome === 'changed' || next.outcome === 'noted') {
      const saved = await tools.store.save(next.run)
      if (saved?.state === 'IN_FLIGHT' && next.outcome === 'changed') {
        return { outcome: 'started', run: saved, adopted }
      }
      if (saved !== undefined) return { outcome: 'extra', runId, of: runKey(claimed) }
    } else {
      return { outcome: 'duplicate', of: runKey(claimed) }
    }
    const records = await tools.store.runsOfAsset(claimed.subject)
    current = records.runs.find((run) => runKey(run).record === record)
  }
  throw new PortUnavailable('table', new Error('the run id could not be recorded'))
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
const lookBefore = async (
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

/** First time: back to the queue soon, with the sweep as safety net. From the second receive on: parked, off the queue. */
const transient = async (
  run: ClaimedRun,
  refusal: Refusal,
  reason: 'THROTTLED' | 'UNAVAILABLE',
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const nowMs = tools.clock.now()
  const afterSeconds = backoffSeconds(tools.receiveCount, tools.clock.random())
  const comesBack = tools.receiveCount === 1
  const parked = await park(
    run,
    {
      reason,
      retryAtMs:
        nowMs +
        (comesBack ? 2 * tools.settings.lookAgainMs : tools.settings.lookAgainMs) +
        afterSeconds * 1000,
      definite: refusal.definite,
      error: runError(refusal),
    },
    tools,
  )
  return comesBack && parked.outcome === 'parked'
    ? { outcome: 'retry', afterSeconds, reason: refusal.name }
    : parked
}

/** The sender must mend something; but a Start whose answer was lost may have made the run all the same. */
const rejectUnlessSent = async (
  run: ClaimedRun,
  others: readonly Run[],
  error: RunError,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const looked = await lookBefore(run, others, tools)
  return looked === 'nothing' ? reject(run, error, tools) : looked
}

const refused = async (
  run: ClaimedRun,
  others: readonly Run[],
  refusal: Refusal,
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const nowMs = tools.clock.now()
  const { definite } = refusal
  const { lookAgainMs } = tools.settings
  const error = runError(refusal)
  const later = (reason: ParkReason, afterMs: number) =>
    park(run, { reason, retryAtMs: nowMs + afterMs, definite, error }, tools)
  switch (refusal.kind) {
    case 'INVALID':
      return rejectUnlessSent(run, others, error, tools)
    case 'NOT_FOUND':
      return nowMs - (run.notFoundSinceMs ?? nowMs) >= tools.settings.notFoundGraceMs
        ? rejectUnlessSent(run, others, error, tools)
        : later('NOT_FOUND', tools.settings.lookAgainMs)
    case 'QUOTA_EXCEEDED':
      // The quota of a data source is one of days. Just past midnight DataZone's day may be the one before: clocks differ.
      return run.subject.kind === 'DATA_SOURCE'
        ? later(refusal.kind, Math.max(lookAgainMs, nextDayMs(nowMs - lookAgainMs) - nowMs))
        : later(refusal.kind, tools.settings.parkMs)
    case 'DENIED':
      return later(refusal.kind, tools.settings.parkMs)
    case 'CONFLICT': {
      // A data source run in the way may predate the trigger. A metadata run may be our own, its Start's answer lost.
      if (run.subject.kind === 'DATA_SOURCE') return later('CONFLICT', tools.settings.parkMs)
      const looked = await lookBefore(run, others, tools)
      return looked === 'nothing' ? later('CONFLICT', tools.settings.parkMs) : looked
    }
    case 'THROTTLED':
      // The pace is that of metadata runs; StartDataSourceRun has twice the quota, so others must be using it up.
      if (run.subject.kind === 'METADATA_GENERATION') await tools.pace.slowDown(nowMs)
      return transient(run, refusal, 'THROTTLED', tools)
    case 'UNAVAILABLE':
      return transient(run, refusal, 'UNAVAILABLE', tools)
    default:
      return refusal.kind satisfies never
  }
}

const sendStart = async (run: ClaimedRun, tools: StarterTools): Promise<Answer<ServiceRun>> => {
  const { subject, projectId, attempt } = run
  const abortAfterMs = Math.min(tools.settings.startTimeoutMs, tools.deadlineMs - tools.clock.now())
  const token = clientToken(subject, attempt)
  if (subject.kind === 'DATA_SOURCE') {
    const { domainId, dataSourceId } = subject
    return tools.datazone.startSourceRun({ domainId, dataSourceId, clientToken: token }, abortAfterMs)
  }
  const { domainId, assetId, revision } = subject
  if (revision === undefined) throw new Error('only a run with a revision can be started')
  return tools.datazone.startRun(
    { domainId, projectId, assetId, revision, types: typesToRun(run), clientToken: token },
    abortAfterMs,
  )
}

/**
 * Steps 4 to 6 for a run whose lease we hold: look where the token may be forgotten, wait for a slot, Start, record.
 * @param others every other record of the asset
 * @throws PortUnavailable when the table cannot answer; from the claim on the sweep recovers it
 */
export const startRun = async (
  run: ClaimedRun,
  others: readonly Run[],
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const isOver = hasWaitedTooLong(run, tools)
  if (isOver || startSafety(run, tools.settings.assumptions) === 'look') {
    const looked = await lookBefore(run, others, tools)
    if (looked !== 'nothing') return looked
  }
  if (isOver) return reject(run, waitedTooLong, tools)

  const slotMs = await tools.place.slot()
  if (slotMs + leastTimeToStartMs > tools.deadlineMs) {
    const retryAtMs = slotMs + tools.settings.lookAgainMs
    const parked = await park(run, { reason: 'PACED', retryAtMs, definite: true }, tools)
    return parked.outcome === 'parked' && tools.receiveCount === 1
      ? { outcome: 'retry', afterSeconds: 5, reason: 'PACED' }
      : parked
  }
  await tools.clock.sleepUntil(slotMs)

  const answer = await sendStart(run, tools)
  return answer.outcome === 'answered'
    ? recordStarted(run, answer.value, false, tools)
    : refused(run, others, answer.refusal, tools)
}
