import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { z } from 'zod'
import { startDynamoDb } from '../../local/dynamodb/server.ts'
import { packagedTemplate } from '../../local/package.ts'
import { createTable, deleteTable } from '../../local/provision.ts'
import { planTable } from '../../local/template/tables.ts'

/** A DynamoDB with the table of the packaged template in it. */
export interface RunTable {
  readonly client: DynamoDBClient
  readonly name: string
  /** Another client of the same table, as another function has it; closed with the rest. */
  another(): DynamoDBClient
  close(): Promise<void>
}

const accessKeys = { accessKeyId: 'local', secretAccessKey: 'local' }

/** Opens a new table, in the embedded engine unless `DYNAMODB_ENDPOINT` names another; `close` deletes it. */
export const openRunTable = async (environment: NodeJS.ProcessEnv): Promise<RunTable> => {
  const server = await startDynamoDb({ environment })
  const clients: DynamoDBClient[] = []
  const another = () => {
    const client = new DynamoDBClient({
      endpoint: server.endpoint,
      region: environment['AWS_REGION'] ?? 'us-east-1',
      ...(environment['AWS_ACCESS_KEY_ID'] === undefined ? { credentials: accessKeys } : {}),
    })
    clients.push(client)
    return client
  }
  const client = another()
  const { template } = await packagedTemplate()
  const name = `contract-${process.pid}-${Date.now().toString(36)}`
  const plan = planTable({
    logicalId: 'RunTable',
    names: { name, arn: '', ref: name },
    properties: z.record(z.string(), z.json()).parse(template.Resources['RunTable']?.Properties),
    path: 'Resources.RunTable.Properties',
  })
  await createTable(client, plan)
  return {
    client,
    name,
    another,
    close: async () => {
      if (server.pid === undefined) await deleteTable(client, plan)
      for (const one of clients) one.destroy()
      await server.close()
    },
  }
}

const { DYNAMODB_ENDPOINT, ...withoutEndpoint } = process.env

/**
 * Of 150 rounds of concurrent transactions at moto, 6 had two winners. It answers TypeError where a transaction compares
 * a text with a number, and counts no units of a Query. Its server is Werkzeug.
 */
const servesMoto = async (endpoint: string): Promise<boolean> =>
  (await fetch(endpoint)).headers.get('server')?.includes('Werkzeug') === true

/** Every DynamoDB that contract tests run against, by name. */
export const dynamoDbs: readonly {
  readonly name: string
  readonly environment: NodeJS.ProcessEnv
  readonly isolatesTransactions: boolean
  readonly isMoto: boolean
}[] = [
  { name: 'the embedded engine', environment: withoutEndpoint, isolatesTransactions: true, isMoto: false },
  ...(DYNAMODB_ENDPOINT === undefined || DYNAMODB_ENDPOINT === ''
    ? []
    : [
        {
          name: 'DYNAMODB_ENDPOINT',
          environment: process.env,
          isolatesTransactions: !(await servesMoto(DYNAMODB_ENDPOINT)),
          isMoto: await servesMoto(DYNAMODB_ENDPOINT),
        },
      ]),
]
