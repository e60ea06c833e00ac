import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { marshall } from '@aws-sdk/util-dynamodb'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { handler } from '../../examples/consumer/handler.ts'
import { decideConditions } from '../../infra/template-diff.ts'
import { parseQueueMessage } from '../../lib/contracts/queue-message.ts'
import { compilePattern } from '../../local/eventbridge/event-pattern.ts'
import { packagedTemplate } from '../../local/package.ts'
import { startSqs } from '../../local/sqs/server.ts'
import { openRunTable } from '../contract/run-table.ts'
import { resourceProblems } from './service-spec.ts'

const root = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)
const accessKeys = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_REGION: 'us-east-1' }
const read = (path: string) => readFile(join(root, path), 'utf8')

describe('the producer', () => {
  test('sends one request per asset, with the same id each time', async () => {
    const server = await startSqs()
    const sqs = new SQSClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })
    try {
      const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'requests' }))
      const args = [
        'examples/producer/request-run.ts',
        'load-1',
        'dzd_orders',
        'project-1',
        'asset-1',
        'asset-2',
      ]
      await run(process.execPath, args, {
        cwd: root,
        env: { ...accessKeys, AWS_ENDPOINT_URL_SQS: server.endpoint, REQUEST_QUEUE_URL: QueueUrl },
      })
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      )
      const parsed = Messages.map(({ Body = '' }) => parseQueueMessage(Body, Date.now()))
      expect(parsed).toMatchObject([{ kind: 'request' }, { kind: 'request' }])
      expect(Messages.map(({ Body = '' }) => JSON.parse(Body).requestId)).toEqual([
        'load-1/asset-1',
        'load-1/asset-2',
      ])
    } finally {
      sqs.destroy()
      await server.close()
    }
  })
})

const consumerTemplate = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()) }),
  ),
})

describe('the consumer', () => {
  const samples = async () => {
    const names = (await readdir(join(root, 'events/samples'))).filter((name) => name.includes('-run-'))
    return Promise.all(
      names.map(async (name) => ({ name, event: JSON.parse(await read(`events/samples/${name}`)) })),
    )
  }

  test('has only properties that CloudFormation knows in its template', async () => {
    const { Resources } = consumerTemplate.parse(JSON.parse(await read('examples/consumer/template.json')))
    expect(await resourceProblems(Resources)).toEqual([])
  })

  test('receives the endings that need a person and no other event', async () => {
    const { Resources } = consumerTemplate.parse(JSON.parse(await read('examples/consumer/template.json')))
    const matches = compilePattern(Resources['FailedRunsRule']?.Properties['EventPattern'])
    const received = (await samples()).filter(({ event }) => matches(event)).map(({ name }) => name)
    const statuses = ['failed', 'lost', 'partially-succeeded', 'rejected', 'timed-out']
    expect(received.toSorted()).toEqual(
      ['data-source-run', 'metadata-generation-run'].flatMap((kind) =>
        statuses.map((status) => `${kind}-${status}.json`),
      ),
    )
  })

  test('reports a failed run once', async () => {
    const event = JSON.parse(await read('events/samples/metadata-generation-run-failed.json'))
    const final = structuredClone(event)
    final.detail.data.willRetry = false
    expect([await handler(final), await handler(final)]).toEqual(['reported', 'duplicate'])
    final.detail.metadata.id = 'another'
    final.detail.data.willRetry = true
    expect(await handler(final)).toBe('will retry')
  })
})

describe('the template for the account of the domain', () => {
  const template = async () =>
    consumerTemplate.parse(JSON.parse(await read('examples/domain-account/template.json')))

  test('has only properties that CloudFormation knows', async () => {
    expect(await resourceProblems((await template()).Resources)).toEqual([])
  })

  test('gives its catalog role the permissions of the catalog role that the stack creates', async () => {
    const packaged = decideConditions((await packagedTemplate()).template, {})
    const { Policies } = (await template()).Resources['CatalogRole']?.Properties ?? {}
    expect(packaged).toMatchObject({ CatalogRole: { Properties: { Policies } } })
  })
})

describe('the template for another account', () => {
  const template = async () =>
    consumerTemplate.parse(JSON.parse(await read('examples/other-account/template.json')))

  test('has only properties that CloudFormation knows', async () => {
    expect(await resourceProblems((await template()).Resources)).toEqual([])
  })

  test('receives the endings of metadata runs', async () => {
    const matches = compilePattern((await template()).Resources['EndingsRule']?.Properties['EventPattern'])
    const event = JSON.parse(await read('events/samples/metadata-generation-run-succeeded.json'))
    expect(matches(event)).toBe(true)
    expect(matches({ ...event, source: 'another' })).toBe(false)
  })
})

/** asl-validator ships no type declarations that its exports reach. */
const validatorSchema = z.custom<(definition: unknown) => { isValid: boolean; errorsText(): string }>(
  (value) => typeof value === 'function',
)
const validateStateMachine = validatorSchema.parse(createRequire(import.meta.url)('asl-validator'))

const stateMachine = z.looseObject({
  States: z.looseObject({
    'Request the run': z.looseObject({ Arguments: z.looseObject({ MessageBody: z.unknown() }) }),
    'Find the run': z.looseObject({
      Arguments: z.looseObject({
        KeyConditionExpression: z.string(),
        FilterExpression: z.string(),
        ExpressionAttributeNames: z.record(z.string(), z.string()),
      }),
    }),
  }),
})

describe('the state machine', () => {
  const definition = async () => JSON.parse(await read('examples/step-functions/run-and-wait.asl.json'))

  test('is valid Amazon States Language', async () => {
    const { isValid, errorsText } = validateStateMachine(await definition())
    expect(isValid, errorsText()).toBe(true)
  })

  test('sends a body that the request queue accepts', async () => {
    const { States } = stateMachine.parse(await definition())
    const body = JSON.stringify(States['Request the run'].Arguments.MessageBody)
      .replace('{% $states.input.domainId %}', 'dzd_orders')
      .replaceAll(/\{% \$states\.input\.(\w+) %\}/g, '$1')
    expect(parseQueueMessage(body, Date.now())).toMatchObject({ kind: 'request' })
  })

  test('finds the record of its request in the table', async () => {
    const { Arguments } = stateMachine.parse(await definition()).States['Find the run']
    const { item } = JSON.parse(await read('test/contract/records/v1-ended.json'))
    const table = await openRunTable(process.env)
    try {
      await table.client.send(new PutItemCommand({ TableName: table.name, Item: marshall(item) }))
      const find = async (key: string) =>
        table.client.send(
          new QueryCommand({
            TableName: table.name,
            KeyConditionExpression: Arguments.KeyConditionExpression,
            FilterExpression: Arguments.FilterExpression,
            ExpressionAttributeNames: Arguments.ExpressionAttributeNames,
            ExpressionAttributeValues: { ':asset': { S: item.pk }, ':key': { S: key } },
          }),
        )
      const found = await find('request:nightly-1')
      expect(found.Items?.map(({ state }) => state)).toEqual([{ S: 'ENDED' }])
      expect((await find('request:another')).Count).toBe(0)
    } finally {
      await table.close()
    }
  })
})

const hasPython = await run('python3', ['-c', 'import boto3']).then(
  () => true,
  () => false,
)

describe('the Python example', () => {
  test.skipIf(!hasPython)(
    'passes against the simulator (skipped where python3 with boto3 is missing)',
    async () => {
      const { stderr } = await run('python3', ['-m', 'unittest', 'examples/python/test_generation.py'], {
        cwd: root,
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      })
      expect(stderr).toMatch(/^OK$/m)
    },
  )
})
