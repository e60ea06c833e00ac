import { setTimeout as delay } from 'node:timers/promises'
import { Logger } from '@aws-lambda-powertools/logger'
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics'
import { DataZoneClient } from '@aws-sdk/client-datazone'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import { STSClient } from '@aws-sdk/client-sts'
import policyFile from '../config/policy.json' with { type: 'json' }
import { dataZoneGateway } from '../lib/adapters/datazone/gateway.ts'
import { dataZoneProjectNames } from '../lib/adapters/datazone/project-names.ts'
import { dynamoDbBackfillPlans } from '../lib/adapters/dynamodb/backfill-plans.ts'
import { dynamoDbBreakers } from '../lib/adapters/dynamodb/breakers.ts'
import { dynamoDbCapUsage } from '../lib/adapters/dynamodb/cap-usage.ts'
import { dynamoDbPolicies } from '../lib/adapters/dynamodb/policies.ts'
import { dynamoDbRunCounters } from '../lib/adapters/dynamodb/run-counts.ts'
import { dynamoDbRunStore } from '../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbSkipLog } from '../lib/adapters/dynamodb/skip-log.ts'
import { dynamoDbStartPace } from '../lib/adapters/dynamodb/start-pace.ts'
import { dynamoDbSweepLog } from '../lib/adapters/dynamodb/sweep-log.ts'
import { dynamoDbSwitches } from '../lib/adapters/dynamodb/switches.ts'
import { eventBridgeBus } from '../lib/adapters/eventbridge/event-bus.ts'
import { sqsHintQueue } from '../lib/adapters/sqs/hint-queue.ts'
import { sqsRequestQueue } from '../lib/adapters/sqs/request-queue.ts'
import { catalogSession } from '../lib/adapters/sts/catalog-session.ts'
import { type Config, readConfig } from '../lib/config.ts'
import type { Clock } from '../lib/ports/clock.ts'
import {
  failedCatalogRoleReporter,
  malformedItemReporter,
  refusedEventReporter,
  type Telemetry,
  unreadableFieldReporter,
  unreadablePolicyReporter,
} from './telemetry.ts'
import { timeouts } from './timeouts.ts'

/**
 * The only composition root: environment -> config -> clients -> ports. Endpoints come from the SDK's own variables
 * (AWS_ENDPOINT_URL_DYNAMODB and others), so the local stack runs the deployed code unchanged.
 */

const systemClock: Clock = {
  now: () => Date.now(),
  sleepUntil: async (atMs) => {
    const leftMs = atMs - Date.now()
    if (leftMs > 0) await delay(leftMs)
  },
  random: () => Math.random(),
}

/** The credentials of the DataZone clients: a session of the catalog role, or, without one, the function's own role. */
const catalogCredentials = ({ catalogRoleArn: roleArn, functionName }: Config, telemetry: Telemetry) =>
  roleArn === undefined
    ? {}
    : {
        credentials: catalogSession({
          sts: new STSClient({ requestHandler: timeouts }),
          roleArn,
          sessionName: functionName,
          now: systemClock.now,
          report: failedCatalogRoleReporter(telemetry),
        }),
      }

/**
 * Builds what the functions share.
 * @throws InvalidConfiguration when the environment or the policy is wrong
 */
export const wire = () => {
  const config = readConfig(process.env, policyFile)
  const table = new DynamoDBClient({ requestHandler: timeouts })
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
  const reportMalformedItem = malformedItemReporter(telemetry)
  const credentials = catalogCredentials(config, telemetry)
  const datazone = dataZoneGateway({
    starts: new DataZoneClient({
      ...credentials,
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 1000 },
    }),
    reads: new DataZoneClient({ ...credentials, requestHandler: timeouts }),
    api: config.dataZoneApi,
    report: unreadableFieldReporter(telemetry),
  })
  return {
    config,
    logger,
    metrics,
    telemetry,
    capUsage: dynamoDbCapUsage(table, config.tableName),
    sweepLog: dynamoDbSweepLog(table, config.tableName),
    policies: dynamoDbPolicies(table, config.tableName, {
      bundled: config.starter.policy,
      now: systemClock.now,
      report: unreadablePolicyReporter(telemetry),
    }),
    ports: {
      clock: systemClock,
      counters: dynamoDbRunCounters(table, config.tableName),
      store: dynamoDbRunStore(table, config.tableName, { report: reportMalformedItem }),
      skips: dynamoDbSkipLog(table, config.tableName),
      projectNames: dataZoneProjectNames(
        new DataZoneClient({ ...credentials, requestHandler: timeouts }),
        systemClock.now,
      ),
      switches: dynamoDbSwitches(table, config.tableName, systemClock.now, reportMalformedItem),
      pace: dynamoDbStartPace(table, config.tableName, config.startRatePerSecond, {
        report: reportMalformedItem,
      }),
      backfills: dynamoDbBackfillPlans(table, config.tableName, { report: reportMalformedItem }),
      breakers: dynamoDbBreakers(table, config.tableName, {
        now: systemClock.now,
        report: reportMalformedItem,
      }),
      datazone,
      bus: eventBridgeBus(new EventBridgeClient({ requestHandler: timeouts }), config.eventBusName, {
        report: refusedEventReporter(telemetry),
      }),
      queue: sqsRequestQueue(sqs, {
        requests: config.requestQueueUrl,
        rejected: config.rejectedQueueUrl,
      }),
      hints: sqsHintQueue(sqs, config.hintQueueUrl),
    },
  }
}
