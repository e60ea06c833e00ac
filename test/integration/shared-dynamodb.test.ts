import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startDynamoDb } from '../../local/dynamodb/server.ts'
import { type Stack, startStack } from '../../local/stack.ts'
import { defaultStackName } from '../../local/stack-name.ts'
import { hasEmbeddedEngine } from '../support/engines.ts'
import { localTemplate } from '../support/local-template.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  vi.unstubAllEnvs()
})

/** Starts an engine and sets DYNAMODB_ENDPOINT to it. */
const openEngine = async () => {
  const engine = await startDynamoDb({ environment: { PATH: process.env['PATH'] } })
  closing.push(engine.close)
  vi.stubEnv('DYNAMODB_ENDPOINT', engine.endpoint)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const client = new DynamoDBClient({ endpoint: engine.endpoint, region: 'us-east-1', credentials })
  closing.push(() => client.destroy())
  return { client, tables: async () => (await client.send(new ListTablesCommand({}))).TableNames }
}

const lines: string[] = []
const open = async (): Promise<Stack> => {
  const stack = await startStack({
    template: localTemplate(),
    directory: new URL('../support', import.meta.url).pathname,
    datazoneEndpoint: 'http://127.0.0.1:9',
    schedules: false,
    log: (line) => lines.push(line),
  })
  closing.push(stack.stop)
  return stack
}

describe.runIf(hasEmbeddedEngine)('a stack that shares a DynamoDB engine', () => {
  test('has its own tables, and removes them when it stops', async () => {
    const { tables } = await openEngine()
    const stacks = [await open(), await open()]
    expect(await tables()).toEqual(stacks.map(({ tableName }) => tableName).toSorted())
    for (const stack of stacks) await stack.stop()
    expect(await tables()).toEqual([])
  })

  test('removes only the tables of a stack that was killed', async () => {
    const { client, tables } = await openEngine()
    // This process id is above the largest one of Linux and macOS.
    const dead = defaultStackName().replace(`-${process.pid}-`, '-4194305-')
    for (const TableName of [`${dead}-Table`, 'mine'])
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
          KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
        }),
      )
    const stack = await open()
    expect(lines).toContain(`removed table ${dead}-Table, which a killed stack had left behind`)
    expect(await tables()).toEqual([stack.tableName, 'mine'].toSorted())
  })
})
