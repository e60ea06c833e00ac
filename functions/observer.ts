import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { observerHandler } from './observer-handler.ts'
import { wire } from './wiring.ts'

/** Hears from DataZone itself that runs ended, and looks. */
const { config, logger, metrics, telemetry, ports } = wire()

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(observerHandler({ settings: config.observer, ports, telemetry }))
