import { setTimeout as delay } from 'node:timers/promises'
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { DataZoneClient } from '@aws-sdk/client-datazone'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import policyFile from '../config/policy.json' with { type: 'json' }
import { dataZoneGateway } from '../lib/adapters/datazone/gateway.ts'
import { dynamoDbBreakers } from '../lib/adapters/dynamodb/breakers.ts'
import { dynamoDbRunStore } from '../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbStartPace } from '../lib/adapters/dynamodb/start-pace.ts'
import { dynamoDbSwitches } from '../lib/adapters/dynamodb/switches.ts'
import { eventBridgeBus } from '../lib/adapters/eventbridge/event-bus.ts'
import { sqsHintQueue } from '../lib/adapters/sqs/hint-queue.ts'
import { sqsRequestQueue } from '../lib/adapters/sqs/request-queue.ts'
import { readConfig } from '../lib/config.ts'
import type { Clock } from '../lib/ports/clock.ts'
import { noteMalformedItems } from './note-malformed-items.ts'
import type { Telemetry } from './starter-handler.ts'

/**
 * The one composition root: env -> config -> clients -> ports. Endpoints come from the SDK's own variables
 * (AWS_ENDPOINT_URL_DYNAMODB and its siblings), so local and deployed code are the same.
 */

const systemClock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (atMs) => {
    const leftMs = atMs - Date.now()
    if (leftMs > 0) await delay(leftMs)
  },
  random: () => Math.random(),
}

/** Up to 20 ms before the second try, 40 before the third, ... never more than 400. */
const backOff = (tries: number) => delay(Math.random() * Math.min(400, 10 * 2 ** tries))

/**
 * A call that is not answered fails, and is tried again or left to the next sweep: without the flag the SDK only logs it,
 * and one silent call would hold up an invocation to its end. `requestTimeout` is over with the first byte of the answer,
 * and `socketTimeout` is for an answer that stops half-way.
 */
export const timeouts = {
  connectionTimeout: 1000,
  requestTimeout: 5000,
  socketTimeout: 5000,
  throwOnRequestTimeout: true,
}

/** The parts that the functions share. Throws InvalidConfiguration when the environment is wrong. */
export const wire = () => {
  const config = readConfig(process.env, policyFile)
  const table = new DynamoDBClient({ requestHandler: timeouts })
  const datazone = dataZoneGateway({
    starts: new DataZoneClient({ maxAttempts: 1, requestHandler: { connectionTimeout: 1000 } }),
    reads: new DataZoneClient({ requestHandler: timeouts }),
  })
  const sqs = new SQSClient({ requestHandler: timeouts })
  const logger = new Logger()
  const metrics = new Metrics()
  const telemetry: Telemetry = {
    info: (message, fields) => logger.info(message, fields),
    warn: (message, fields) => logger.warn(message, fields),
    error: (message, fields) => logger.error(message, fields),
    count: (metric, value) => {
      metrics.addMetric(metric, MetricUnit.Count, value)
    },
  }
  const reportMalformedItem = noteMalformedItems(telemetry)
  return {
    config,
    logger,
    metrics,
    telemetry,
    ports: {
      clock: systemClock,
      store: dynamoDbRunStore(table, config.tableName, backOff),
      switches: dynamoDbSwitches(table, config.tableName, systemClock.now, reportMalformedItem),
      pace: dynamoDbStartPace(table, config.tableName, config.startRatePerSecond),
      breakers: dynamoDbBreakers(table, config.tableName, reportMalformedItem),
      datazone,
      bus: eventBridgeBus(new EventBridgeClient({ requestHandler: timeouts }), config.eventBusName),
      queue: sqsRequestQueue(sqs, {
        requests: config.requestQueueUrl,
        rejected: config.rejectedQueueUrl,
      }),
      hints: sqsHintQueue(sqs, config.hintQueueUrl),
    },
  }
}
