import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import { type PollerReport, pollerHandler } from './poller-handler.ts'
import { wire } from './wiring.ts'

/** Brings every recorded run up to date once a minute and announces endings. */
const { config, logger, metrics, telemetry, ports, policies, sweepLog, capUsage } = wire()

export const handler = middy<unknown, PollerReport>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(
    pollerHandler({
      settings: config.sweeper,
      ports,
      telemetry,
      log: sweepLog,
      policies,
      deployed: {
        defaultTypes: config.starter.defaultTypes,
        startRatePerSecond: config.startRatePerSecond,
      },
      capUsage,
    }),
  )
