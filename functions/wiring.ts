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

/** Returns credentials of the catalog role for the DataZone clients; without one they use the function's own role. */
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

const dataZoneClients = (config: Config, telemetry: Telemetry) => {
  const credentials = catalogCredentials(config, telemetry)
  return {
    starts: new DataZoneClient({
      ...credentials,
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 1000 },
    }),
    reads: new DataZoneClient({ ...credentials, requestHandler: timeouts }),
  }
}

const telemetryOf = (logger: Logger, metrics: Metrics): Telemetry => ({
  info: (message, fields) => logger.info(message, fields),
  warn: (message, fields) => logger.warn(message, fields),
  error: (message, fields) => logger.error(message, fields),
  count: (metric, value) => {
    metrics.addMetric(metric, MetricUnit.Count, value)
  },
})

const tablePorts = (table: DynamoDBClient, config: Config, telemetry: Telemetry) => {
  const { tableName, startRatePerSecond } = config
  const report = malformedItemReporter(telemetry)
  const { now } = systemClock
  return {
    counters: dynamoDbRunCounters(table, tableName),
    store: dynamoDbRunStore(table, tableName, { report }),
    skips: dynamoDbSkipLog(table, tableName),
    switches: dynamoDbSwitches(table, tableName, now, report),
    pace: dynamoDbStartPace(table, tableName, startRatePerSecond, { report }),
    backfills: dynamoDbBackfillPlans(table, tableName, { report }),
    breakers: dynamoDbBreakers(table, tableName, { now, report }),
  }
}

const messagePorts = (config: Config, telemetry: Telemetry) => {
  const { requestQueueUrl: requests, rejectedQueueUrl: rejected } = config
  const sqs = new SQSClient({ requestHandler: timeouts })
  return {
    bus: eventBridgeBus(new EventBridgeClient({ requestHandler: timeouts }), config.eventBusName, {
      report: refusedEventReporter(telemetry),
    }),
    queue: sqsRequestQueue(sqs, { requests, rejected }),
    hints: sqsHintQueue(sqs, config.hintQueueUrl),
  }
}

/**
 * Builds the clients, ports and telemetry that the functions share.
 * @throws InvalidConfiguration when the environment or the policy is wrong
 */
export const wire = () => {
  const config = readConfig(process.env, policyFile)
  const table = new DynamoDBClient({ requestHandler: timeouts })
  const logger = new Logger()
  const metrics = new Metrics()
  const telemetry = telemetryOf(logger, metrics)
  const clients = dataZoneClients(config, telemetry)
  const datazone = dataZoneGateway({
    ...clients,
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
      ...tablePorts(table, config, telemetry),
      ...messagePorts(config, telemetry),
      projectNames: dataZoneProjectNames(clients.reads, systemClock.now),
      datazone,
    },
  }
}
