import type { ParkReason, Run } from '../run/run.ts'
import { isSourceDayFull, nextDayMs } from '../run/source-day.ts'
import { type Attempt, mustWait } from '../run/start-safety.ts'
import type { StarterTools } from './starter-tools.ts'

/**
 * Why a run may not be claimed yet, and until when: its domain or project is paused, others of its asset or data source
 * are going, or its data source has had its runs of the day. What is only claimed to be cancelled starts nothing, so
 * that only others can be in its way: while they go, a run that List shows could be theirs.
 */
export const mustPark = async (
  attempt: Attempt & Pick<Run, 'projectId' | 'cancel'>,
  others: readonly Run[],
  tools: StarterTools,
): Promise<{ readonly reason: ParkReason; readonly retryAtMs: number } | undefined> => {
  const { clock, settings, switches } = tools
  const isStart = attempt.cancel === undefined
  const pause = !isStart ? undefined : await switches.pauseOf(attempt.subject.domainId, attempt.projectId)
  const nowMs = clock.now()
  const lookAgainAtMs = nowMs + settings.lookAgainMs
  if (pause !== undefined) return { reason: 'PAUSED', retryAtMs: lookAgainAtMs }
  if (mustWait(attempt, others)) return { reason: 'BEHIND', retryAtMs: lookAgainAtMs }
  return isStart &&
    attempt.subject.kind === 'DATA_SOURCE' &&
    isSourceDayFull(others, nowMs, settings.sourceRunsPerDay)
    ? { reason: 'SOURCE_DAY_FULL', retryAtMs: nextDayMs(nowMs) }
    : undefined
}
