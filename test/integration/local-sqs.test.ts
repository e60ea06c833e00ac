import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, expect, test } from 'vitest'
import { queueUrlAt, type SqsServer, startSqs } from '../../local/sqs/server.ts'

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

test('names a taken port in one line', async () => {
  server = await startSqs()
  const port = Number(new URL(server.endpoint).port)
  await expect(startSqs({ port })).rejects.toThrow(
    `Port ${port} is taken: give SQS another one, or 0 for any`,
  )
})
