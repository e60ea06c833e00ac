import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

/** Small Lambda handlers for tests of the local stack. */
let invocations = 0

export async function echo(event, context) {
  invocations += 1
  console.log(`echo ${invocations}`)
  return {
    event,
    invocations,
    env: { ...process.env },
    context: { ...context, remainingMs: context.getRemainingTimeInMillis() },
  }
}

export async function fail(event) {
  throw new TypeError(`failed on purpose: ${JSON.stringify(event)}`)
}

export async function hang() {
  await new Promise((resolve) => setTimeout(resolve, 3_600_000))
}

export async function exit() {
  process.exit(3)
}

export async function mute() {}

/** Writes an item and puts an event for each message, then fails or throws if the message asks for it. */
export async function consume({ Records }, { awsRequestId }) {
  const table = new DynamoDBClient()
  const batchItemFailures = []
  for (const { messageId, body, attributes } of Records) {
    const { id, outcome, receives = 1 } = JSON.parse(body)
    const pk = { S: id }
    const receiveCount = { N: attributes.ApproximateReceiveCount }
    const Item = { pk, sk: { S: awsRequestId }, receiveCount, batch: { N: String(Records.length) } }
    await table.send(new PutItemCommand({ TableName: process.env.TABLE_NAME, Item }))
    const detail = { Source: 'test', DetailType: 'Consumed', Detail: JSON.stringify({ id }) }
    const Entries = [{ ...detail, EventBusName: process.env.BUS_NAME }]
    await new EventBridgeClient().send(new PutEventsCommand({ Entries }))
    if (Number(attributes.ApproximateReceiveCount) > receives) continue
    if (outcome === 'throw') throw new Error('thrown on purpose')
    if (outcome === 'fail') batchItemFailures.push({ itemIdentifier: messageId })
  }
  return { batchItemFailures }
}

/**
 * Sends its event to a queue with a client that has no explicit endpoint, so that it calls the host of the queue's URL.
 */
export async function forward(event) {
  const command = new SendMessageCommand({
    QueueUrl: process.env.QUEUE_URL,
    MessageBody: JSON.stringify(event),
  })
  return (await new SQSClient().send(command)).MessageId
}
