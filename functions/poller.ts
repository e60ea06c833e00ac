import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context } from 'aws-lambda'
import { type SweepReport, sweepRuns } from '../lib/usecases/sweep-runs.ts'
import { wire } from './wiring.ts'

/** Kept back from the function's timeout, in ms, for the calls under way. */
const marginMs = 8000

const { config, logger, metrics, ports } = wire()

const note = (report: SweepReport) => {
  metrics.addMetric('sweep-due', MetricUnit.Count, report.due)
  metrics.addMetric('sweep-announced', MetricUnit.Count, report.announced)
  metrics.addMetric('sweep-released', MetricUnit.Count, report.released)
  metrics.addMetric('sweep-problems', MetricUnit.Count, report.problems.length)
  metrics.addMetric('sweep-unreadable', MetricUnit.Count, report.unreadable.length)
  for (const [ending, count] of Object.entries(report.ended)) {
    metrics.addMetric(`run-${ending.toLowerCase()}`, MetricUnit.Count, count)
  }
  if (report.unreadable.length > 0) logger.error('records this version must not act on', { report })
  else if (report.problems.length > 0) logger.warn('sweep with problems', { report })
  else logger.info('sweep', { report })
}

const poller = async (_event: unknown, context: Context): Promise<SweepReport> => {
  const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis() - marginMs
  const report = await sweepRuns({ ...ports, settings: config.sweeper, deadlineMs })
  note(report)
  return report
}

export const handler = middy<unknown, SweepReport>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(poller)
