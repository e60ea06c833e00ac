import { reasonOf } from '../../errors.ts'
import { planCancels } from '../../run/cancel-plan.ts'
import type { InFlightRun } from '../../run/run.ts'
import { type CancelPorts, sendCancel } from '../send-cancel.ts'
import { workThrough } from './work-through.ts'

export interface CancelContext extends CancelPorts {
  readonly settings: { readonly periodMs: number }
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

export interface OwedCancels {
  /** Runs whose cancel was sent, as their records stand now, whatever DataZone answered; without the throttled ones. */
  readonly sent: readonly InFlightRun[]
  readonly problems: readonly string[]
}

const concurrentCancels = 4

/**
 * Sends the cancels that records owe: a limited number per sweep, in turns, and in at most half of the time that is left,
 * because the other half is for Gets that show what the cancels did. A refused cancel stays owed. THROTTLED and
 * UNAVAILABLE are not about this run alone, so the sweep sends no more cancels after them. A throttled cancel does not
 * count as sent.
 */
export const cancelOwed = async (
  owed: readonly InFlightRun[],
  context: CancelContext,
): Promise<OwedCancels> => {
  const { clock, settings, deadlineMs } = context
  const startMs = clock.now()
  const stopAtMs = startMs + (deadlineMs - startMs) / 2
  const queue = [...planCancels(owed, startMs, settings.periodMs)]
  const sent: InFlightRun[] = []
  const problems: string[] = []

  const cancelOne = async (run: InFlightRun): Promise<void> => {
    try {
      const { run: current, refusal } = await sendCancel(run, context)
      if (refusal?.kind !== 'THROTTLED') sent.push(current)
      if (refusal === undefined) return
      problems.push(`cancel: ${refusal.name}`)
      if (refusal.kind === 'THROTTLED' || refusal.kind === 'UNAVAILABLE') queue.length = 0
    } catch (error) {
      sent.push(run)
      problems.push(reasonOf(error))
    }
  }
  await workThrough(queue, concurrentCancels, cancelOne, () => clock.now() >= stopAtMs)
  return { sent, problems }
}
