import type { RequestedCancel } from '../../contracts/queue-message.ts'
import { runKey } from '../../run/identity.ts'
import { isForeign, owesCancel, type Run } from '../../run/run.ts'
import { transition } from '../../run/transition.ts'
import { announce } from '../announce.ts'
import { sendCancel } from '../send-cancel.ts'
import { type RequestOutcome, recordUnreadable } from './request-outcome.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/**
 * A request to cancel is handled at once, and again this long after it was sent: it may have overtaken the request for
 * what it cancels, or have come between the records that one request makes.
 */
const overtakingMs = 30_000

/** How often records are read again because somebody else wrote one of them. */
const tries = 5

/** What became of a request to cancel. */
interface Cancellation {
  readonly outcomes: readonly RequestOutcome[]
  /** Why the sender gets it back: what DataZone cannot cancel, and what nobody could tell whether it is meant. */
  readonly refusals: readonly string[]
}

/**
 * Whether the request means a run; or, of a request that waits to learn what it runs, which field of the request to
 * cancel nobody can compare with it yet.
 */
type Meaning = 'meant' | 'not-meant' | 'types' | 'asset.revision'

/**
 * A run that was asked for later is not meant, however late the message comes again; nor is one that others started.
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
  // Which types, or which revision, a waiting request will have, nobody knows yet.
  const revisionOfRun = subject.revision ?? request.revision
  const waitsForTypes = subject.revision === undefined && request.policyTypes !== undefined
  const isOther =
    (revision !== undefined && revisionOfRun !== undefined && revision !== revisionOfRun) ||
    (types !== undefined && !waitsForTypes && !subject.types.every((type) => types.includes(type)))
  if (isOther) return 'not-meant'
  if (types !== undefined && waitsForTypes) return 'types'
  return revision !== undefined && revisionOfRun === undefined ? 'asset.revision' : 'meant'
}

/** What the sender hears of a request that was left alone. */
const leftWaiting = {
  types:
    'types: a request of the asset waits to learn which it runs, and was left; cancel without types, or again once it has',
  'asset.revision':
    'asset.revision: a request of the asset waits to learn which it runs, and was left; cancel without a revision, or again once it has',
} as const

const leftAlone = (cancel: RequestedCancel, runs: readonly Run[]): readonly string[] => {
  const meanings = runs.flatMap((run) => (run.state === 'PARKED' ? [meaningOf(cancel, run)] : []))
  return (['types', 'asset.revision'] as const).flatMap((field) =>
    meanings.includes(field) ? [leftWaiting[field]] : [],
  )
}

/** One run. Undefined: somebody else wrote it meanwhile, and the records are to be read again. */
const cancelOne = async (
  run: Run,
  { requestId, reason }: RequestedCancel,
  context: StartContext,
): Promise<RequestOutcome | undefined> => {
  const fact = { kind: 'CANCEL_REQUESTED', requestId, ...(reason === undefined ? {} : { reason }) } as const
  const next = transition(run, fact, context.clock.now())
  if (next.outcome === 'impossible') return { outcome: 'cancel-too-late', of: runKey(run) }
  const asked = next.outcome === 'unchanged' ? run : await context.store.save(next.run)
  switch (asked?.state) {
    case undefined:
      return undefined
    case 'ENDED':
      await announce([asked], context)
      return { outcome: 'canceled', run: asked }
    case 'IN_FLIGHT': {
      // What fails here, or there is no time for, the sweep makes good.
      const sent =
        owesCancel(asked) && hasTimeToAsk(context) ? await sendCancel(asked, context) : { run: asked }
      return { outcome: 'cancel-requested', run: sent.run }
    }
    case 'CLAIMED':
    case 'PARKED':
      return { outcome: 'cancel-requested', run: asked }
    case 'PLANNED':
      return { outcome: 'cancel-too-late', of: runKey(asked) }
    default:
      return asked satisfies never
  }
}

/** Whether no Start of the run was sent, or may have been. */
const isUnstarted = (run: Run): boolean => run.state === 'PARKED' && run.earlierStart === undefined

/** Undefined as above. */
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
        `dataSource: its run ${run.runId} is going, and DataZone has no cancel for data source runs; let it end`,
      )
      continue
    }
    const outcome = await cancelOne(run, cancel, context)
    if (outcome === undefined) return undefined
    outcomes.push(outcome)
  }
  return { outcomes, refusals }
}

/** Why nothing is left to cancel: this request has done it before, the last run had ended, or there is none. */
const nothingLeft = ({ requestId }: RequestedCancel, runs: readonly Run[]): RequestOutcome => {
  const ended = runs.flatMap((run) => (run.state === 'ENDED' ? [run] : []))
  const last = ended.toSorted((left, right) => left.detectedAtMs - right.detectedAtMs).at(-1)
  if (last === undefined) return { outcome: 'nothing-to-cancel' }
  const isDone = last.ending === 'CANCELED' && last.cancel?.requestId === requestId
  return { outcome: isDone ? 'duplicate' : 'cancel-too-late', of: runKey(last) }
}

/**
 * Cancels all that was asked for of an asset or data source and has not ended. What has not started ends at once; what
 * may have is looked for first; what is running is cancelled at DataZone, after the record says so. Pauses, caps and
 * modes but `off` do not hold it up.
 * @throws PortUnavailable when the table cannot answer: the message is to be tried again
 */
export const cancelRuns = async (cancel: RequestedCancel, context: StartContext): Promise<Cancellation> => {
  const { settings, clock, sentAtMs } = context
  const { domainId, target } = cancel
  const only = (outcome: RequestOutcome): Cancellation => ({ outcomes: [outcome], refusals: [] })
  if (settings.mode === 'off') return only({ outcome: 'skipped', reason: 'MODE_OFF' })
  if (settings.domainIds.length > 0 && !settings.domainIds.includes(domainId))
    return only({ outcome: 'skipped', reason: 'DOMAIN_NOT_SELECTED' })

  for (let left = tries; left > 0; left -= 1) {
    const records = await context.store.runsOf({ domainId, ...target })
    if (records.unreadable.length > 0) return only(recordUnreadable)
    const meant = records.runs.filter((run) => meaningOf(cancel, run) === 'meant')
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
    const refusals = cancel.onlyWaiting ? [] : [...done.refusals, ...leftAlone(cancel, records.runs)]
    const isNothing = done.outcomes.length === 0 && refusals.length === 0
    return isNothing ? only(nothingLeft(cancel, meant)) : { ...done, refusals }
  }
  return only({ outcome: 'retry', afterSeconds: 1, reason: 'RECORD_CHANGED' })
}
