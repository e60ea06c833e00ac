import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { starterHandler } from './starter-handler.ts'
import { wire } from './wiring.ts'

/** Turns each request on the queue into one DataZone run. */
const { config, logger, metrics, telemetry, ports, policies } = wire()

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(starterHandler({ settings: config.starter, ports, policies, telemetry }))
