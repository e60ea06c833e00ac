import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe } from 'vitest'
import { dynamoDbStartPace } from '../../lib/adapters/dynamodb/start-pace.ts'
import { simulatedPace } from '../simulation/ports/start-pace.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'
import { driven } from './simulated.ts'
import { startPaceContract } from './start-pace.suite.ts'

startPaceContract('the simulated pace', async (configuredPerSecond) => {
  const { step, unplug } = driven()
  const pace = simulatedPace(configuredPerSecond)
  return {
    client: () => pace.paceFor(step),
    unplug: async () => unplug(),
    close: async () => {},
  }
})

describe.each(dynamoDbs)('DynamoDB at $name', ({ name, environment }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  startPaceContract(`DynamoDB at ${name}`, async (configuredPerSecond) => {
    const clients: DynamoDBClient[] = []
    return {
      client: () => {
        const client = table.another()
        clients.push(client)
        return dynamoDbStartPace(client, table.name, configuredPerSecond)
      },
      unplug: async () => {
        for (const client of clients) {
          client.config.endpoint = async () => ({
            protocol: 'http:',
            hostname: '127.0.0.1',
            port: 1,
            path: '/',
          })
        }
      },
      close: async () => {
        const Key = marshall({ pk: 'PACE#START', sk: 'PACE' })
        await table.client.send(new DeleteItemCommand({ TableName: table.name, Key }))
      },
    }
  })
})
