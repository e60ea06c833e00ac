import type { ParkReason, Run, Subject } from '../run/run.ts'
import { isSourceDayFull, nextDayMs } from '../run/source-day.ts'
import { mustWait } from '../run/start-safety.ts'
import type { StarterTools } from './starter-tools.ts'

/**
 * Why a run may not be claimed yet, and until when: others of its asset or data source are going, or its data source
 * has had its runs of the day.
 */
export const mustPark = (
  attempt: { readonly subject: Subject; readonly attempt: number },
  others: readonly Run[],
  tools: StarterTools,
): { readonly reason: ParkReason; readonly retryAtMs: number } | undefined => {
  const { clock, settings } = tools
  const nowMs = clock.now()
  if (mustWait(attempt, others)) return { reason: 'BEHIND', retryAtMs: nowMs + settings.lookAgainMs }
  return attempt.subject.kind === 'DATA_SOURCE' && isSourceDayFull(others, nowMs, settings.sourceRunsPerDay)
    ? { reason: 'SOURCE_DAY_FULL', retryAtMs: nextDayMs(nowMs) }
    : undefined
}
