import type { Unrecognized } from '../lib/run/unrecognized.ts'
import type { Telemetry } from './starter-handler.ts'

/** P8: a line for each thing that this version does not know, with the run's id and the name of it. */
export const noteUnheardOf = (news: readonly Unrecognized[], telemetry: Telemetry): void => {
  for (const { runId, what } of news) {
    telemetry.count('unheard-of', 1)
    telemetry.warn('DataZone tells something unheard of', { runId, what })
  }
}
