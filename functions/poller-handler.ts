import type { Context } from 'aws-lambda'
import { type SweeperTools, type SweepReport, sweepRuns } from '../lib/usecases/sweep-runs.ts'
import { metricName } from './metric-name.ts'
import { noteUnheardOf } from './note-unheard-of.ts'
import type { Telemetry } from './starter-handler.ts'

/** Kept back from the function's timeout, in ms, for the calls under way. */
const marginMs = 8000

/** Of what may be thousands, the log names so many; the metrics count all. */
const mostNamed = 20

/** Maps a tick of the schedule to one sweep. */
export const pollerHandler = (parts: {
  readonly tools: Omit<SweeperTools, 'deadlineMs'>
  readonly telemetry: Telemetry
}) => {
  const { tools, telemetry } = parts

  const note = (report: SweepReport) => {
    telemetry.count('sweep-due', report.due)
    telemetry.count('sweep-announced', report.announced)
    telemetry.count('sweep-released', report.released)
    telemetry.count('sweep-problems', report.problems.length)
    telemetry.count('sweep-denied', report.denied)
    telemetry.count('sweep-unreadable', report.unreadable.length)
    for (const [reason, count] of Object.entries(report.parked ?? {})) {
      telemetry.count(metricName('parked', reason), count)
    }
    for (const [ending, count] of Object.entries(report.ended)) {
      telemetry.count(metricName('run', ending), count)
    }
    noteUnheardOf(report.unheardOf, telemetry)
    const line = {
      report: {
        ...report,
        unreadable: report.unreadable.slice(0, mostNamed),
        problems: report.problems.slice(0, mostNamed),
      },
    }
    if (report.unreadable.length > 0) telemetry.error('records this version must not act on', line)
    else if (report.problems.length > 0) telemetry.warn('sweep with problems', line)
    else telemetry.info('sweep', line)
  }

  return async (
    _event: unknown,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SweepReport> => {
    const deadlineMs = tools.clock.now() + context.getRemainingTimeInMillis() - marginMs
    const report = await sweepRuns({ ...tools, deadlineMs })
    note(report)
    return report
  }
}
