import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import { MetricUnit } from '@aws-lambda-powertools/metrics'
import { logMetrics } from '@aws-lambda-powertools/metrics/middleware'
import middy from '@middy/core'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { startedEvent } from '../lib/contracts/run-event.ts'
import type { InFlightRun } from '../lib/run/run.ts'
import { handleMessage } from '../lib/usecases/handle-message.ts'
import type { RequestOutcome } from '../lib/usecases/outcome.ts'
import { slotGate } from '../lib/usecases/slot-gate.ts'
import { describeOutcome } from './describe-outcome.ts'
import { wire } from './wiring.ts'

/** Kept back from the function's timeout, in ms, to write down and answer what was learned. */
const marginMs = 3000

const { config, logger, metrics, ports } = wire()

/** The message is to be seen again: Powertools reports it as failed, and only it. */
class SeeAgain extends Error {}

const note = (outcome: RequestOutcome, messageId: string, requestKey: string | undefined) => {
  metrics.addMetric(`request-${outcome.outcome}`, MetricUnit.Count, 1)
  const line = { messageId, requestKey, ...describeOutcome(outcome) }
  if (outcome.outcome === 'extra') logger.error('a second run for one attempt', line)
  else logger.info(`request ${outcome.outcome}`, line)
}

const starter = async (event: SQSEvent, context: Context): Promise<SQSBatchResponse> => {
  const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis() - marginMs
  const places = slotGate(event.Records.length, (count) => ports.pace.reserve(count, ports.clock.now()))
  const started: InFlightRun[] = []

  const handleRecord = async (record: SQSRecord): Promise<void> => {
    const place = places()
    try {
      const { requestKey, outcomes } = await handleMessage(record.body, {
        ...ports,
        settings: config.starter,
        place,
        deadlineMs,
        sentAtMs: Number(record.attributes.SentTimestamp),
        receiveCount: Number(record.attributes.ApproximateReceiveCount),
      })
      for (const outcome of outcomes) {
        note(outcome, record.messageId, requestKey)
        if (outcome.outcome === 'started') started.push(outcome.run)
      }
      const again = outcomes.find((outcome) => outcome.outcome === 'retry')
      if (again !== undefined) {
        await ports.queue.postpone(record.receiptHandle, again.afterSeconds)
        throw new SeeAgain(again.reason)
      }
    } catch (error) {
      if (!(error instanceof SeeAgain)) {
        metrics.addMetric('request-failed', MetricUnit.Count, 1)
        const name = error instanceof Error ? error.name : 'unknown error'
        logger.error('a request could not be handled', { messageId: record.messageId, name })
      }
      throw error
    } finally {
      place.leave()
    }
  }

  const response = await processPartialResponse(event, handleRecord, new BatchProcessor(EventType.SQS), {
    context,
    throwOnFullBatchFailure: false,
  })
  // Best effort: nobody may count on it, so it neither fails the batch nor is tried again.
  if (started.length > 0) await ports.bus.put(started.map(startedEvent))
  return response
}

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics))
  .handler(starter)
