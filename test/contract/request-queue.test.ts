import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { sqsRequestQueue } from '../../lib/adapters/sqs/request-queue.ts'
import { queueUrlAt, startSqs } from '../../local/sqs/server.ts'
import { simulatedQueue } from '../simulation/ports/queue.ts'
import { requestQueueFor } from '../simulation/ports/request-queue.ts'
import { type OpenRequestQueue, requestQueueContract } from './request-queue.suite.ts'
import { driven } from './simulated.ts'

requestQueueContract('SQS', async (): Promise<OpenRequestQueue> => {
  const server = await startSqs()
  const client = new SQSClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  const urlOf = queueUrlAt(server.endpoint)
  const urls = { requests: urlOf('requests'), rejected: urlOf('rejected') }
  for (const QueueName of ['requests', 'rejected']) {
    await client.send(new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '1' } }))
  }
  const receive = async (QueueUrl: string) => {
    const command = new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    })
    const { Messages = [] } = await client.send(command)
    return Messages.map(({ ReceiptHandle = '', Body = '', Attributes }) => ({
      receiptHandle: ReceiptHandle,
      body: Body,
      receiveCount: Number(Attributes?.ApproximateReceiveCount),
    }))
  }
  return {
    queue: sqsRequestQueue(client, urls),
    send: async (MessageBody) => {
      await client.send(new SendMessageCommand({ QueueUrl: urls.requests, MessageBody }))
    },
    receive: () => receive(urls.requests),
    receiveRejected: () => receive(urls.rejected),
    unplug: () => server.close(),
    close: async () => {
      client.destroy()
      await server.close()
    },
  }
})

requestQueueContract('the simulated queue', async () => {
  const { time, random, step, unplug } = driven()
  const options = { time, random, visibilityTimeoutMs: 1000 }
  const requests = simulatedQueue({ ...options, name: 'requests' })
  const rejected = simulatedQueue({ ...options, name: 'rejected' })
  const receiveFrom = (queue: typeof requests) => async () => {
    await time.run(time.now() + 20)
    return queue.receive(10)
  }
  return {
    queue: requestQueueFor(step, { requests, rejected }),
    send: async (body) => {
      requests.send(body)
    },
    receive: receiveFrom(requests),
    receiveRejected: receiveFrom(rejected),
    unplug: async () => unplug(),
    close: async () => {},
  }
})
