import { setTimeout as delay } from 'node:timers/promises'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { dynamoDbBreakers } from '../lib/adapters/dynamodb/breakers.ts'
import { dynamoDbRunCounts } from '../lib/adapters/dynamodb/run-counts.ts'
import { dynamoDbRunList } from '../lib/adapters/dynamodb/run-list.ts'
import { dynamoDbRunStore } from '../lib/adapters/dynamodb/run-store.ts'
import { dynamoDbSkipHistory } from '../lib/adapters/dynamodb/skip-log.ts'
import { dynamoDbSweepHistory } from '../lib/adapters/dynamodb/sweep-log.ts'
import { dynamoDbPauseList, dynamoDbSwitches } from '../lib/adapters/dynamodb/switches.ts'
import { present } from '../lib/run/present.ts'
import { locateStack } from './locate-stack.ts'
import type { StackLocation, StackOptions } from './stack-location.ts'

const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' }

const hasOwnEndpoint = (): boolean =>
  process.env['AWS_ENDPOINT_URL_SQS'] !== undefined || process.env['AWS_ENDPOINT_URL'] !== undefined

/** Returns the settings of an SDK client for a service of the stack: endpoint, Region and credentials. */
export const clientSettings = (
  location: StackLocation,
  service: 'dynamodb' | 'sqs' | 'datazone' | 'eventbridge',
  { region, profile }: StackOptions,
) =>
  location.local === undefined
    ? {
        ...present({ region, profile }),
        // With a custom endpoint (an emulator, a VPC endpoint), the SDK must use it and not the host of the queue URL.
        ...(service === 'sqs' && hasOwnEndpoint() ? { useQueueUrlAsEndpoint: false } : {}),
      }
    : { endpoint: location.local[service], region: location.local.region, credentials: localCredentials }

/** Connects to a stack. Returns its read model, and the DynamoDB client for the commands that write. */
export const connect = async (options: StackOptions) => {
  const location = await locateStack(options)
  const client = new DynamoDBClient(clientSettings(location, 'dynamodb', options))
  return {
    location,
    client,
    store: dynamoDbRunStore(client, location.tableName, { backOff: () => delay(50) }),
    list: dynamoDbRunList(client, location.tableName),
    switches: dynamoDbSwitches(client, location.tableName, Date.now),
    breakers: dynamoDbBreakers(client, location.tableName),
    skips: dynamoDbSkipHistory(client, location.tableName),
    counts: dynamoDbRunCounts(client, location.tableName),
    sweeps: dynamoDbSweepHistory(client, location.tableName),
    pauses: dynamoDbPauseList(client, location.tableName),
  }
}
