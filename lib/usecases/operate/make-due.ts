import type { Clock } from '../../ports/clock.ts'
import type { RunStore } from '../../ports/run-store.ts'
import { runKey } from '../../run/identity.ts'
import type { ParkReason } from '../../run/run.ts'
import type { RunSummary } from '../../run/run-summary.ts'
import { transition } from '../../run/transition.ts'
import { batchesOf } from '../batches.ts'

/** The reasons whose wait an operator may shorten: what they wait for can be gone before its time. */
export const dueReasons = [
  'BEHIND',
  'CAP_FULL',
  'CONFLICT',
  'NOT_FOUND',
  'RETRY',
  'SOURCE_DAY_FULL',
] as const satisfies readonly ParkReason[]

interface DueRequest {
  readonly reason: ParkReason
  /** The operator, for the history of each record. */
  readonly by: string
}

interface DueContext {
  readonly store: Pick<RunStore, 'runsOf' | 'save'>
  readonly clock: Pick<Clock, 'now'>
  /** Receives how many of the listed records were handled. */
  readonly onProgress?: (done: number) => void
}

const makeOneDue = async (
  { domainId, assetId, dataSourceId = '', record }: RunSummary,
  { reason, by }: DueRequest,
  { store, clock }: DueContext,
): Promise<boolean> => {
  const target = assetId === undefined ? { domainId, dataSourceId } : { domainId, assetId }
  const { runs } = await store.runsOf(target)
  const run = runs.find((candidate) => runKey(candidate).record === record)
  if (run?.state !== 'PARKED' || run.reason !== reason) return false
  const next = transition(run, { kind: 'MADE_DUE', by }, clock.now())
  return next.outcome === 'changed' && (await store.save(next.run)) !== undefined
}

/**
 * Makes parked requests due now, so that the next sweeps release them, at their usual rate and order. The starter decides
 * on each anew: a request that still has to wait is parked again. Leaves a request that has changed since it was listed, or
 * is due already, as it is. Returns how many it made due.
 * @throws PortUnavailable when the table does not answer; a second call makes the rest due
 */
export const makeDue = async (
  listed: readonly RunSummary[],
  request: DueRequest,
  context: DueContext,
): Promise<number> => {
  let [made, done] = [0, 0]
  for (const batch of batchesOf(listed)) {
    const results = await Promise.all(batch.map((run) => makeOneDue(run, request, context)))
    made += results.filter(Boolean).length
    done += batch.length
    context.onProgress?.(done)
  }
  return made
}
