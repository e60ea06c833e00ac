import type { RunRequest } from '../../contracts/run-request.ts'
import type { BackfillPlans } from '../../ports/backfill-plans.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'
import { type BackfillEntry, backfillRequestId } from '../../run/backfill-asset.ts'
import { advancePlan, type BackfillPlan, leasePlan, placeOf, roomInLane } from '../../run/backfill-plan.ts'
import type { Mode } from '../../run/mode.ts'
import { batchesOf } from '../batches.ts'
import { attemptStep } from './attempt-step.ts'

/**
 * Sends the requests of applied backfill plans, a sweep's worth at a time.
 *
 * 1. A sweep adds only as many requests as the lane has room for. The rest of a large plan waits in the plan, not in the
 *    queue and not as records.
 * 2. Only the holder of a plan's lease sends, so two sweeps send no request twice. A sweep that dies before it has
 *    recorded what it sent repeats it under the same request ids.
 * 3. `sent` counts only requests that the queue has accepted, in order.
 */

export interface AdvanceContext {
  readonly backfills: BackfillPlans
  readonly queue: Pick<RequestQueue, 'submit'>
  readonly clock: Clock
  readonly settings: { readonly mode: Mode; readonly maxReleases: number }
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

export interface Advanced {
  /** How many requests were sent. */
  readonly requested: number
  readonly problems: readonly string[]
}

/** How long a lease outlives the deadline of the sweep that takes it, in ms; the invocation ends before that. */
const leaseMarginMs = 15_000

/** A write is tried again when an operator stops the plan at the same moment. */
const maxTries = 5

const requestOf = ({ name, domainId }: BackfillPlan, entry: BackfillEntry): RunRequest => ({
  version: 1,
  requestId: backfillRequestId(name, entry),
  kind: 'METADATA_GENERATION',
  domainId,
  projectId: entry.projectId,
  // No revision: a plan may wait for months, and then the latest one is to be run.
  asset: { id: entry.assetId },
  types: [...entry.types],
  lane: 'backfill',
  correlationId: `backfill/${name}`,
})

const outOfTime = ({ clock, deadlineMs }: AdvanceContext): boolean => clock.now() >= deadlineMs

/** Sends entries in order until one is not accepted or time is up. Returns how many were accepted before that. */
const sendEntries = async (
  plan: BackfillPlan,
  entries: readonly BackfillEntry[],
  context: AdvanceContext,
): Promise<number> => {
  let sent = 0
  for (const batch of batchesOf(entries)) {
    if (outOfTime(context)) break
    const taken = await context.queue.submit(batch.map((entry) => requestOf(plan, entry)))
    const refused = taken.indexOf(false)
    sent += refused === -1 ? taken.length : refused
    if (refused !== -1) break
  }
  return sent
}

/** Sends up to `room` requests of a leased plan, chunk by chunk. */
const sendFrom = async (
  plan: BackfillPlan,
  room: number,
  context: AdvanceContext,
  problems: string[],
): Promise<number> => {
  let sent = 0
  const most = Math.min(room, plan.requests - plan.sent)
  await attemptStep(
    `backfill ${plan.name}`,
    (problem) => void problems.push(problem),
    async () => {
      while (sent < most && !outOfTime(context)) {
        const { chunk, at } = placeOf(plan.sent + sent)
        const entries = await context.backfills.chunk(plan, chunk)
        if (entries === undefined || entries.length <= at) throw new Error(`chunk ${chunk} cannot be read`)
        const wanted = entries.slice(at, at + most - sent)
        const taken = await sendEntries(plan, wanted, context)
        sent += taken
        if (taken < wanted.length) {
          if (!outOfTime(context))
            problems.push(`backfill ${plan.name}: the queue did not accept every request`)
          return
        }
      }
    },
  )
  return sent
}

/** Records what was sent and gives the lease back. */
const recordSent = async (
  leased: BackfillPlan,
  sent: number,
  { backfills, clock }: AdvanceContext,
): Promise<void> => {
  let current: BackfillPlan | undefined = leased
  for (let tries = 0; tries < maxTries && current !== undefined; tries += 1) {
    const next = advancePlan(current, leased, sent, clock.now())
    if (next === undefined || (await backfills.replace(next, current)) !== undefined) return
    current = (await backfills.all()).find(({ name }) => name === leased.name)
  }
}

/**
 * Sends the next requests of every applied plan, as far as the backfill lane has room. Sends nothing unless the stack is in
 * mode `run`.
 * @param parked all parked records by why they wait, as the sweep has counted them
 */
export const advanceBackfills = async (
  parked: Readonly<Record<string, number>> | undefined,
  context: AdvanceContext,
): Promise<Advanced> => {
  const { backfills, clock, settings } = context
  const problems: string[] = []
  let room = settings.mode === 'run' ? roomInLane(parked, settings.maxReleases) : 0
  let requested = 0
  await attemptStep(
    'backfill',
    (problem) => void problems.push(problem),
    async () => {
      if (room === 0 || outOfTime(context)) return
      for (const plan of await backfills.all()) {
        if (room === 0 || outOfTime(context)) return
        const wanted = leasePlan(plan, clock.now(), context.deadlineMs + leaseMarginMs)
        const leased = wanted === undefined ? undefined : await backfills.replace(wanted, plan)
        if (leased === undefined) continue
        const sent = await sendFrom(leased, room, context, problems)
        await recordSent(leased, sent, context)
        requested += sent
        room -= sent
      }
    },
  )
  return { requested, problems }
}
