import { reasonOf } from '../../errors.ts'
import { planCancels } from '../../run/cancel-plan.ts'
import type { InFlightRun } from '../../run/run.ts'
import { type CancelPorts, sendCancel } from '../send-cancel.ts'

export interface CancelContext extends CancelPorts {
  readonly settings: { readonly periodMs: number }
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

export interface Cancels {
  /** Runs that DataZone was asked to cancel, as they stand now, whatever it answered; but none that it throttled. */
  readonly asked: readonly InFlightRun[]
  readonly problems: readonly string[]
}

const concurrentCancels = 4

/**
 * Tells DataZone to cancel what its records say: so many a sweep, in turns, and in at most half of the time that is
 * left, because the other half is for what came of it. A refusal leaves a cancel owed. THROTTLED and UNAVAILABLE are not
 * about this run alone, so no more is asked in this sweep. One that was throttled has not had its turn.
 */
export const cancelOwed = async (owed: readonly InFlightRun[], tools: CancelContext): Promise<Cancels> => {
  const { clock, settings, deadlineMs } = tools
  const startMs = clock.now()
  const stopAtMs = startMs + (deadlineMs - startMs) / 2
  const queue = [...planCancels(owed, startMs, settings.periodMs)]
  const asked: InFlightRun[] = []
  const problems: string[] = []

  const cancelOne = async (run: InFlightRun): Promise<void> => {
    try {
      const { run: now, refusal } = await sendCancel(run, tools)
      if (refusal?.kind !== 'THROTTLED') asked.push(now)
      if (refusal === undefined) return
      problems.push(`cancel: ${refusal.name}`)
      if (refusal.kind === 'THROTTLED' || refusal.kind === 'UNAVAILABLE') queue.length = 0
    } catch (error) {
      asked.push(run)
      problems.push(reasonOf(error))
    }
  }
  const worker = async () => {
    for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
      if (clock.now() >= stopAtMs) return
      await cancelOne(run)
    }
  }
  await Promise.all(Array.from({ length: concurrentCancels }, worker))
  return { asked, problems }
}
