import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../lib/contracts/policy-file.ts'
import { startDynamoDb } from '../../local/dynamodb/server.ts'
import { compilePattern } from '../../local/eventbridge/event-pattern.ts'
import { targetText } from '../../local/eventbridge/target-input.ts'
import { docBlocks } from '../support/doc-commands.ts'

const samplesFolder = join(import.meta.dirname, '../../events/samples')
const sample = async (name: string) => JSON.parse(await readFile(join(samplesFolder, name), 'utf8'))
const failed = () => sample('metadata-generation-run-failed.json')

const blocksOf = async (page: string, language: string) =>
  (await docBlocks(language)).filter((block) => block.page === page).map(({ text }) => text)

/** Returns the names of the sample events that a rule with this pattern receives. */
const received = async (pattern: unknown): Promise<readonly string[]> => {
  const matches = compilePattern(pattern)
  const names = (await readdir(samplesFolder)).filter((name) => name.includes('-run-'))
  const events = await Promise.all(names.map(async (name) => ({ name, event: await sample(name) })))
  return events.filter(({ event }) => matches(event)).map(({ name }) => name)
}

describe('an event pattern of the guides', () => {
  test('receives failures and partial successes of metadata runs (README.md)', async () => {
    const [pattern = ''] = (await blocksOf('README.md', 'json')).filter((text) =>
      text.includes('detail-type'),
    )
    expect(await received(JSON.parse(pattern))).toEqual([
      'metadata-generation-run-failed.json',
      'metadata-generation-run-partially-succeeded.json',
    ])
  })

  test('receives endings that need a person, and no failure that is retried (docs/CONSUMERS.md)', async () => {
    const [text = ''] = await blocksOf('docs/CONSUMERS.md', 'json')
    const names = await received(JSON.parse(text))
    expect(names).toContain('metadata-generation-run-timed-out.json')
    expect(names).toContain('data-source-run-rejected.json')
    expect(names.filter((name) => /succeeded|started|skipped|duplicate|canceled/.test(name))).toEqual([])
    const matches = compilePattern(JSON.parse(text))
    const event = await failed()
    for (const willRetry of [true, false]) {
      event.detail.data.willRetry = willRetry
      expect(matches(event)).toBe(!willRetry)
    }
  })
})

test('formats a failure as one line with the input transformer of docs/CONSUMERS.md', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/CONSUMERS.md'), 'utf8')
  const [, template = ''] = /one line of it: `("<type>[^`]*")`/.exec(page) ?? []
  const [type = '', asset = '', error = ''] = [...page.matchAll(/`(\$\.detail[^`]*)`/g)].map(
    ([, path]) => path,
  )
  const event = await failed()
  const text = targetText(
    { kind: 'template', template, paths: { type, asset, error } },
    event,
    { arn: 'arn:aws:events:us-east-1:000000000000:rule/people', name: 'people' },
    new Date(0),
  )
  const { data } = event.detail
  expect(JSON.parse(text)).toBe(`${event['detail-type']} for ${data.asset.id}: ${data.error.message}`)
})

test('writes an event once with the code of docs/CONSUMERS.md, and refuses its repeat', async () => {
  const [code = ''] = await blocksOf('docs/CONSUMERS.md', 'ts')
  const server = await startDynamoDb()
  const table = new DynamoDBClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  try {
    await table.send(
      new CreateTableCommand({
        TableName: 'seen-events',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    )
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor
    const handle = new AsyncFunction('table', 'PutItemCommand', 'event', code)
    const event = await failed()
    await handle(table, PutItemCommand, event)
    await expect(handle(table, PutItemCommand, event)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    })
  } finally {
    await table.send(new DeleteTableCommand({ TableName: 'seen-events' }))
    table.destroy()
    await server.close()
  }
})

test('accepts every part of a policy in README.md and docs/', async () => {
  const blocks = (await docBlocks('json')).filter(({ text }) =>
    /"(rules|caps|followDataSourceRuns)"/.test(text),
  )
  expect(blocks.length).toBeGreaterThan(3)
  for (const { page, text } of blocks) {
    const piece = JSON.parse(text.startsWith('{') ? text : `{${text}}`)
    const policy = { version: 1, rules: [{ match: {}, run: {} }], ...piece }
    expect({ page, parsed: parsePolicy(policy) }).toMatchObject({ page, parsed: { ok: true } })
  }
})
