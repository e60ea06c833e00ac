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

/** What SDK clients of a service are made with. */
export const clientSettings = (
  location: StackLocation,
  service: 'dynamodb' | 'sqs' | 'datazone' | 'eventbridge',
  { region, profile }: StackOptions,
) =>
  location.local === undefined
    ? {
        ...present({ region, profile }),
        // An endpoint of one's own (an emulator, a VPC endpoint) is where the queues are, whatever their URLs say.
        ...(service === 'sqs' && hasOwnEndpoint() ? { useQueueUrlAsEndpoint: false } : {}),
      }
    : { endpoint: location.local[service], region: location.local.region, credentials: localCredentials }

/** The read model of a stack, and the client behind it for the few writes of operators. */
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
