import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { notifierHandler } from './notifier-handler.ts'
import { wireNotifier } from './notifier-wiring.ts'

/** Notifies people of runs that ended badly, with one message for each batch of events. */
const { logger, ...parts } = wireNotifier()

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .handler(notifierHandler(parts))
