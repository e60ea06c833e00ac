import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Closers } from './closers.ts'
import { startDynamoDb } from './dynamodb/server.ts'
import type { Deliver } from './eventbridge/event-router.ts'
import { type EventBridgeServer, startEventBridge } from './eventbridge/server.ts'
import type { ServiceEndpoints } from './lambda/function-env.ts'
import { createQueue, createTable, deleteTable } from './provision.ts'
import { type Service, startTap, type TapHook } from './servers/tap.ts'
import { queueUrlAt, startSqs } from './sqs/server.ts'
import type { Connection, StackOptions } from './stack-api.ts'
import { planStack, type StackPlan } from './template/plan.ts'
import type { StackIdentity } from './template/scope.ts'

/** The running servers of a stack, with the tables, queues and buses of its template. */
export interface OpenServers {
  readonly plan: StackPlan
  /** The addresses of the servers. */
  readonly endpoints: ServiceEndpoints
  /** The addresses that the functions get: those of the servers, or of the taps in front of them. */
  readonly seen: ServiceEndpoints
  readonly sqs: SQSClient
  readonly bus: EventBridgeServer
}

/** Starts the servers and creates the tables, queues and buses of the template. Adds whatever it opens to `opened`. */
export async function openServers(
  options: StackOptions,
  identity: StackIdentity,
  opened: Closers,
  hook: TapHook,
  log: (line: string) => void,
): Promise<OpenServers> {
  const { ports = {}, taps = false } = options
  const seenAt = async (service: Service, endpoint: string) => {
    if (!taps) return endpoint
    const tap = await startTap(service, endpoint, hook)
    opened.add(tap.close)
    return tap.endpoint
  }

  const sqsServer = await startSqs(ports.sqs)
  opened.add(sqsServer.close)
  const seenSqs = await seenAt('sqs', sqsServer.endpoint)
  // An SQS client that has no endpoint setting calls the host of the queue URL, so URLs hold the address functions see.
  const { parameters = {} } = options
  const plan = planStack(options.template, { ...identity, parameters, queueUrl: queueUrlAt(seenSqs) })
  const sqs = new SQSClient(connection(sqsServer.endpoint, identity.region))
  opened.add(async () => sqs.destroy())
  const { queueAttributes = {} } = options
  for (const queue of plan.queues) await createQueue(sqs, queue, queueAttributes[queue.logicalId])
  const stray = Object.keys(queueAttributes).find((id) =>
    plan.queues.every(({ logicalId }) => logicalId !== id),
  )
  if (stray !== undefined) throw new Error(`queueAttributes: the template has no queue named ${stray}`)

  const dynamoDb = await startDynamoDb({ port: ports.dynamodb })
  opened.add(dynamoDb.close)
  const tables = new DynamoDBClient(connection(dynamoDb.endpoint, identity.region))
  opened.add(async () => tables.destroy())
  for (const table of plan.tables) {
    await createTable(tables, table)
    if (dynamoDb.pid === undefined) opened.add(() => deleteTable(tables, table))
  }

  const deliver: Deliver = (queue, body, attributes) => sqs.send(message(queue.url, body, attributes))
  const bus = await startEventBridge({
    buses: Object.values(plan.buses),
    rules: plan.rules,
    origin: { account: identity.accountId, region: identity.region },
    deliver,
    log,
    port: ports.eventbridge,
  })
  opened.add(bus.close)

  const endpoints = {
    dynamodb: dynamoDb.endpoint,
    sqs: sqsServer.endpoint,
    eventbridge: bus.endpoint,
    datazone: options.datazoneEndpoint,
  }
  const seen = {
    dynamodb: await seenAt('dynamodb', endpoints.dynamodb),
    sqs: seenSqs,
    eventbridge: await seenAt('eventbridge', endpoints.eventbridge),
    datazone: await seenAt('datazone', endpoints.datazone),
  }
  return { plan, endpoints, seen, sqs, bus }
}

/** Returns the SDK client settings for a local server. */
export function connection(endpoint: string, region: string): Connection {
  return { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
}

function message(
  url: string,
  body: string,
  attributes: Readonly<Record<string, string>>,
): SendMessageCommand {
  const entries = Object.entries(attributes).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ])
  return new SendMessageCommand({
    QueueUrl: url,
    MessageBody: body,
    MessageAttributes: Object.fromEntries(entries),
  })
}
