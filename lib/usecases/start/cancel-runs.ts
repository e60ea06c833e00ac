import type { RequestedCancel } from '../../contracts/requested.ts'
import type { Records } from '../../ports/run-store.ts'
import { runKey } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import { isForeign, owesCancel, type Run } from '../../run/run.ts'
import { isAllowedProject, type SenderBinding } from '../../run/senders.ts'
import { transition } from '../../run/transition.ts'
import { announce } from '../announce.ts'
import { readRecords } from '../read-records.ts'
import { sendCancel } from '../send-cancel.ts'
import { type RequestOutcome, recordUnreadable } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/**
 * A cancel request is handled at once, and again this long after it was sent: it may have overtaken the run request that
 * it cancels, or have arrived between the records that one run request makes.
 */
const overtakingMs = 30_000

/** How often the records are read again after another invocation wrote one of them. */
const maxTries = 5

/** The result of a cancel request. */
interface Cancellation {
  readonly outcomes: readonly RequestOutcome[]
  /** Why the request is rejected: runs that DataZone cannot cancel, and requests to which it may or may not apply. */
  readonly refusals: readonly string[]
}

/**
 * Whether the cancel request means a run. `types` and `asset.revision` are fields of the cancel request that cannot be
 * compared yet, because the run request waits to learn its own.
 */
type Meaning = 'meant' | 'not-meant' | 'types' | 'asset.revision'

/**
 * Compares a cancel request with a record. It never means a run that was requested after it, however late the message is
 * delivered again, nor a foreign run.
 */
const meaningOf = ({ target, requestedAtMs }: RequestedCancel, run: Run): Meaning => {
  const { subject, request } = run
  if (isForeign(subject)) return 'not-meant'
  if (run.state === 'PLANNED' || request.requestedAtMs > requestedAtMs) return 'not-meant'
  if (subject.kind === 'DATA_SOURCE')
    return 'dataSourceId' in target &&
      (target.triggerKey === undefined || target.triggerKey === subject.triggerKey)
      ? 'meant'
      : 'not-meant'
  if ('dataSourceId' in target) return 'not-meant'
  const { types, revision } = target
  // A waiting request does not have its types or its revision yet.
  const revisionOfRun = subject.revision ?? request.revision
  const waitsForTypes = subject.revision === undefined && request.policyTypes !== undefined
  const isOther =
    (revision !== undefined && revisionOfRun !== undefined && revision !== revisionOfRun) ||
    (types !== undefined && !waitsForTypes && !subject.types.every((type) => types.includes(type)))
  if (isOther) return 'not-meant'
  if (types !== undefined && waitsForTypes) return 'types'
  return revision !== undefined && revisionOfRun === undefined ? 'asset.revision' : 'meant'
}

/** Reads the records that a cancel request may mean: all, unless it names the trigger of a data source. */
const readTarget = ({ domainId, target }: RequestedCancel, context: StartContext): Promise<Records> => {
  if ('assetId' in target || target.triggerKey === undefined)
    return context.store.runsOf({ domainId, ...target })
  const { dataSourceId, triggerKey } = target
  const subject = { kind: 'DATA_SOURCE', domainId, dataSourceId, triggerKey } as const
  const { record } = runKey({ subject, attempt: 1, request: { requestKey: '' } })
  return readRecords(subject, record, context)
}

/** Why a waiting request was not canceled. */
const notCanceled = {
  types:
    'types: a request of the asset waits to learn its types and was not canceled; leave out types, or send the cancel again later',
  'asset.revision':
    'asset.revision: a request of the asset waits to learn its revision and was not canceled; leave out the revision, or send the cancel again later',
} as const

const unclearMeanings = (cancel: RequestedCancel, runs: readonly Run[]): readonly string[] => {
  const meanings = runs.flatMap((run) => (run.state === 'PARKED' ? [meaningOf(cancel, run)] : []))
  return (['types', 'asset.revision'] as const).flatMap((field) =>
    meanings.includes(field) ? [notCanceled[field]] : [],
  )
}

/** Cancels one run. Returns undefined when another invocation wrote it meanwhile: the records must be read again. */
const cancelOne = async (
  run: Run,
  { requestId, reason }: RequestedCancel,
  context: StartContext,
): Promise<RequestOutcome | undefined> => {
  const fact = { kind: 'CANCEL_REQUESTED', requestId, ...present({ reason }) } as const
  const next = transition(run, fact, context.clock.now())
  const requested = next.outcome === 'changed' ? await context.store.save(next.run) : run
  switch (requested?.state) {
    case undefined:
      return undefined
    case 'ENDED':
      await announce([requested], context)
      return { outcome: 'canceled', run: requested }
    case 'IN_FLIGHT': {
      // A cancel that fails, or that there is no time for, is sent by the sweep.
      const sent =
        owesCancel(requested) && hasTimeToAsk(context)
          ? await sendCancel(requested, context)
          : { run: requested }
      return { outcome: 'cancel-requested', run: sent.run }
    }
    case 'CLAIMED':
    case 'PARKED':
      return { outcome: 'cancel-requested', run: requested }
    case 'PLANNED':
      return { outcome: 'cancel-too-late', of: runKey(requested) }
    default:
      return requested satisfies never
  }
}

/** Whether no Start of the run was sent, or may have been. */
const isUnstarted = (run: Run): boolean => run.state === 'PARKED' && run.earlierStart === undefined

/** Cancels each run that has not ended. Returns undefined as `cancelOne` does. */
const cancelAll = async (
  runs: readonly Run[],
  cancel: RequestedCancel,
  context: StartContext,
): Promise<Cancellation | undefined> => {
  const outcomes: RequestOutcome[] = []
  const refusals: string[] = []
  for (const run of runs) {
    if (run.state === 'ENDED' || (cancel.onlyWaiting === true && !isUnstarted(run))) continue
    if (run.state === 'IN_FLIGHT' && run.subject.kind === 'DATA_SOURCE') {
      refusals.push(
        `dataSource: run ${run.runId} is active, and DataZone cannot cancel data source runs; wait until it ends`,
      )
      continue
    }
    const outcome = await cancelOne(run, cancel, context)
    if (outcome === undefined) return undefined
    outcomes.push(outcome)
  }
  return { outcomes, refusals }
}

const ofAnotherProject =
  'asset: the runs belong to a project that the policy does not allow this sender; have an allowed sender cancel them'

/** The outcome when nothing is left to cancel: this request canceled it before, the last run had ended, or there is none. */
const nothingToCancel = ({ requestId }: RequestedCancel, runs: readonly Run[]): RequestOutcome => {
  const ended = runs.flatMap((run) => (run.state === 'ENDED' ? [run] : []))
  const last = ended.toSorted((left, right) => left.detectedAtMs - right.detectedAtMs).at(-1)
  if (last === undefined) return { outcome: 'nothing-to-cancel' }
  const isDone = last.ending === 'CANCELED' && last.cancel?.requestId === requestId
  return { outcome: isDone ? 'duplicate' : 'cancel-too-late', of: runKey(last) }
}

/**
 * Cancels the requested runs of an asset or data source that have not ended. A run that has not started ends at once; one
 * that may have started is looked up first; a run in flight is canceled at DataZone after its record says so. Pauses, caps
 * and every mode but `off` leave cancels alone.
 * @throws PortUnavailable when the table does not answer: the message must be tried again
 */
export const cancelRuns = async (
  cancel: RequestedCancel,
  context: StartContext,
  binding?: SenderBinding,
): Promise<Cancellation> => {
  const { settings, clock, sentAtMs } = context
  const { domainId } = cancel
  const only = (outcome: RequestOutcome): Cancellation => ({ outcomes: [outcome], refusals: [] })
  if (settings.mode === 'off') return only({ outcome: 'skipped', reason: 'MODE_OFF' })
  if (settings.domainIds.length > 0 && !settings.domainIds.includes(domainId))
    return only({ outcome: 'skipped', reason: 'DOMAIN_NOT_SELECTED' })

  for (let left = maxTries; left > 0; left -= 1) {
    const records = await readTarget(cancel, context)
    if (records.unreadable.length > 0) return only(recordUnreadable)
    const meant = records.runs.filter((run) => meaningOf(cancel, run) === 'meant')
    if (!meant.every(({ projectId }) => isAllowedProject(binding, projectId)))
      return { outcomes: [], refusals: [ofAnotherProject] }
    const done = await cancelAll(meant, cancel, context)
    if (done === undefined) continue
    const leftMs = sentAtMs + overtakingMs - clock.now()
    if (leftMs > 0 && done.refusals.length === 0) {
      const again = {
        outcome: 'retry',
        afterSeconds: Math.ceil(leftMs / 1000),
        reason: 'CHECK_AGAIN',
      } as const
      return { ...done, outcomes: [...done.outcomes, again] }
    }
    const refusals = cancel.onlyWaiting ? [] : [...done.refusals, ...unclearMeanings(cancel, records.runs)]
    const isNothing = done.outcomes.length === 0 && refusals.length === 0
    return isNothing ? only(nothingToCancel(cancel, meant)) : { ...done, refusals }
  }
  return only({ outcome: 'retry', afterSeconds: 1, reason: 'RECORD_CHANGED' })
}
