import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { sqsHintQueue } from '../../lib/adapters/sqs/hint-queue.ts'
import { queueUrlAt, startSqs } from '../../local/sqs/server.ts'
import { hintQueueFor } from '../simulation/ports/hint-queue.ts'
import { simulatedQueue } from '../simulation/ports/queue.ts'
import { hintQueueContract } from './hint-queue.suite.ts'
import { driven } from './simulated.ts'

hintQueueContract('SQS', async () => {
  const server = await startSqs()
  const client = new SQSClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  const QueueUrl = queueUrlAt(server.endpoint)('hints')
  await client.send(new CreateQueueCommand({ QueueName: 'hints', Attributes: { VisibilityTimeout: '60' } }))
  return {
    queue: sqsHintQueue(client, QueueUrl),
    send: async (MessageBody) => {
      await client.send(new SendMessageCommand({ QueueUrl, MessageBody }))
    },
    receive: async () => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
      )
      return Messages.map(({ ReceiptHandle = '', Body = '', Attributes }) => ({
        receiptHandle: ReceiptHandle,
        body: Body,
        receiveCount: Number(Attributes?.ApproximateReceiveCount),
      }))
    },
    unplug: () => server.close(),
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
})

hintQueueContract('the simulated queue', async () => {
  const { time, random, step, unplug } = driven()
  const hints = simulatedQueue({ time, random, name: 'hints', visibilityTimeoutMs: 60_000 })
  return {
    queue: hintQueueFor(step, hints),
    send: async (body) => {
      hints.send(body)
    },
    receive: async () => {
      await time.run(time.now() + 20)
      return hints.receive(10)
    },
    unplug: async () => unplug(),
    close: async () => {},
  }
})
