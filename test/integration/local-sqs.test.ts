import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CancelMessageMoveTaskCommand,
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListMessageMoveTasksCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, test } from 'vitest'
import { queueUrlAt, type SqsServer, startSqs } from '../../local/sqs/server.ts'
import { eventually } from '../support/eventually.ts'

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
let server: SqsServer | undefined
afterEach(() => server?.close())

test('returns queue URLs with its own address from every operation', async () => {
  server = await startSqs()
  const client = new SQSClient({ endpoint: server.endpoint, region: 'eu-west-1', credentials })
  const expected = queueUrlAt(server.endpoint)('q')
  expect((await client.send(new CreateQueueCommand({ QueueName: 'q' }))).QueueUrl).toBe(expected)
  expect((await client.send(new GetQueueUrlCommand({ QueueName: 'q' }))).QueueUrl).toBe(expected)
  expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toEqual([expected])

  // Message bodies stay unchanged, even one that looks like a queue URL.
  const MessageBody = 'http://sqs.eu-west-1.localhost:1/000000000000/q'
  await client.send(new SendMessageCommand({ QueueUrl: expected, MessageBody }))
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: expected }))
  expect(Messages?.[0]?.Body).toBe(MessageBody)
  client.destroy()
})

test('reports a port in use in one line', async () => {
  server = await startSqs()
  const port = Number(new URL(server.endpoint).port)
  await expect(startSqs({ port })).rejects.toThrow(
    `Port ${port} is in use: give SQS another port, or 0 for any`,
  )
})

describe('a queue', () => {
  const region = 'us-east-1'
  const arn = (name: string) => `arn:aws:sqs:${region}:000000000000:${name}`
  let nowMs = 0
  const open = async () => {
    server = await startSqs({ now: () => nowMs })
    const client = new SQSClient({ endpoint: server.endpoint, region, credentials, maxAttempts: 1 })
    const { endpoint } = server
    const url = (name: string) => queueUrlAt(endpoint)(name)
    const create = (QueueName: string, deadLetters?: string) =>
      client.send(
        new CreateQueueCommand({
          QueueName,
          ...(deadLetters !== undefined && {
            Attributes: {
              RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn(deadLetters), maxReceiveCount: 1 }),
            },
          }),
        }),
      )
    const sendBody = (name: string, MessageBody: string) =>
      client.send(
        new SendMessageCommand({
          QueueUrl: url(name),
          MessageBody,
          MessageAttributes: { why: { DataType: 'String', StringValue: 'test' } },
        }),
      )
    const receive = async (name: string) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: url(name),
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
      )
      return Messages
    }
    const startMove = (input: object) =>
      client.send(new StartMessageMoveTaskCommand({ SourceArn: arn('dead'), ...input }))
    const list = () =>
      client.send(new ListMessageMoveTasksCommand({ SourceArn: arn('dead'), MaxResults: 10 }))
    return { client, url, create, sendBody, receive, startMove, list }
  }

  test('refuses a second purge within 60 seconds, with a request id', async () => {
    const { client, url, create } = await open()
    await create('q')
    const purge = () => client.send(new PurgeQueueCommand({ QueueUrl: url('q') }))
    await purge()
    nowMs += 59_999
    await expect(purge()).rejects.toMatchObject({
      name: 'PurgeQueueInProgress',
      message: 'Only one PurgeQueue operation on q is allowed every 60 seconds.',
      $metadata: { requestId: expect.stringMatching(/^[\da-f-]{36}$/) },
    })
    nowMs += 1
    await purge()
  })

  test('receives the messages of its dead-letter queue from a move task', async () => {
    const { create, sendBody, receive, startMove, list } = await open()
    await create('dead')
    await create('q', 'dead')
    for (const body of ['a', 'b', 'c']) await sendBody('dead', body)
    const { TaskHandle } = await startMove({})
    expect(TaskHandle).toEqual(expect.any(String))
    await eventually(async () =>
      expect(await list()).toMatchObject({
        Results: [
          {
            Status: 'COMPLETED',
            SourceArn: arn('dead'),
            DestinationArn: arn('q'),
            ApproximateNumberOfMessagesMoved: 3,
            ApproximateNumberOfMessagesToMove: 3,
          },
        ],
      }),
    )
    const moved = await receive('q')
    expect(moved.map(({ Body }) => Body)).toEqual(['a', 'b', 'c'])
    expect(moved[0]).toMatchObject({
      Attributes: { ApproximateReceiveCount: '1' },
      MessageAttributes: { why: { StringValue: 'test' } },
    })
    expect(await receive('dead')).toEqual([])
  })

  test('runs one move task at a time, which can be canceled', async () => {
    const { client, create, sendBody, startMove, list } = await open()
    await create('dead')
    await create('q', 'dead')
    for (const body of ['a', 'b', 'c', 'd', 'e']) await sendBody('dead', body)
    const { TaskHandle } = await startMove({ MaxNumberOfMessagesPerSecond: 1, DestinationArn: arn('q') })
    await expect(startMove({})).rejects.toThrow('is already running')
    const cancel = () => client.send(new CancelMessageMoveTaskCommand({ TaskHandle }))
    expect(await cancel()).toMatchObject({ ApproximateNumberOfMessagesMoved: 1 })
    await eventually(async () => expect((await list()).Results).toMatchObject([{ Status: 'CANCELLED' }]))
    await expect(cancel()).rejects.toThrow('The task is CANCELLED: only a running task can be canceled')
  })

  test.each([
    ['an unknown queue', { SourceArn: arn('no') }, /^SourceArn: there is no queue/],
    ['a queue that is not a dead-letter queue', { SourceArn: arn('q') }, /must be the dead-letter queue/],
    ['an unknown destination', { DestinationArn: arn('no') }, /^DestinationArn: there is no queue/],
    ['a rate out of range', { MaxNumberOfMessagesPerSecond: 501 }, /^MaxNumberOfMessagesPerSecond: /],
  ])('refuses a move task of %s', async (_, input, message) => {
    const { create, startMove } = await open()
    await create('dead')
    await create('q', 'dead')
    await expect(startMove(input)).rejects.toThrow(message)
  })

  test('refuses a move task without a destination if several queues share the source', async () => {
    const { create, startMove } = await open()
    await create('dead')
    await create('q', 'dead')
    await create('other', 'dead')
    await expect(startMove({})).rejects.toThrow(
      'DestinationArn: is required, because the queues q, other share',
    )
  })
})

test('keeps queues and messages in a directory, even without an orderly stop', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sqs-'))
  const first = await startSqs({ dataDir })
  const clientOf = ({ endpoint }: SqsServer) => new SQSClient({ endpoint, region: 'us-east-1', credentials })
  const sender = clientOf(first)
  const { QueueUrl } = await sender.send(new CreateQueueCommand({ QueueName: 'q' }))
  await sender.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }))
  await cp(dataDir, `${dataDir}-copy`, { recursive: true })
  server = await startSqs({ dataDir: `${dataDir}-copy` })
  const receiver = clientOf(server)
  const { Messages } = await receiver.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrlAt(server.endpoint)('q') }),
  )
  expect(Messages?.map(({ Body }) => Body)).toEqual(['kept'])
  sender.destroy()
  receiver.destroy()
  await first.close()
  for (const path of [dataDir, `${dataDir}-copy`]) await rm(path, { recursive: true })
})
