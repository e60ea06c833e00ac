import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { observerHandler } from './observer-handler.ts'
import { wire } from './wiring.ts'

/** Handles DataZone's own events and settles the runs that they name. */
const { config, logger, metrics, telemetry, ports, policies } = wire()

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(observerHandler({ settings: config.observer, ports, policies, telemetry }))
