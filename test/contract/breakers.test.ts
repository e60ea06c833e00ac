import type { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe } from 'vitest'
import { dynamoDbBreakers } from '../../lib/adapters/dynamodb/breakers.ts'
import { simulatedBreakers } from '../simulation/ports/breakers.ts'
import { breakersContract } from './breakers.suite.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'
import { driven } from './simulated.ts'

breakersContract('the simulated breakers', async () => {
  const { step, unplug } = driven()
  const breakers = simulatedBreakers()
  return { client: () => breakers.breakersFor(step), unplug, close: async () => {} }
})

describe.each(dynamoDbs)('DynamoDB at $name', ({ name, environment }) => {
  let table: RunTable
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  breakersContract(`DynamoDB at ${name}`, async () => {
    const clients: DynamoDBClient[] = []
    return {
      client: () => {
        const client = table.another()
        clients.push(client)
        return dynamoDbBreakers(client, table.name)
      },
      unplug: () => {
        const nowhere = { protocol: 'http:', hostname: '127.0.0.1', port: 1, path: '/' }
        for (const client of clients) client.config.endpoint = async () => nowhere
      },
      close: async () => {
        const breakers = dynamoDbBreakers(table.client, table.name)
        for (const breaker of await breakers.open()) await breakers.close(breaker)
      },
    }
  })
})
