import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { Closers } from './closers.ts'
import type { ServiceEndpoints } from './lambda/function-env.ts'
import { createQueue, createTable, deleteTable } from './provision.ts'
import { startDynamoDb } from './servers/dynamodb.ts'
import type { Deliver } from './servers/event-router.ts'
import { type EventBridgeServer, startEventBridge } from './servers/eventbridge.ts'
import { queueUrlAt, startSqs } from './servers/sqs.ts'
import { type Service, startTap, type TapHook } from './servers/tap.ts'
import type { Connection, StackOptions } from './stack-api.ts'
import { planStack, type StackPlan } from './template/plan.ts'
import type { StackIdentity } from './template/scope.ts'

/** The servers of a stack, holding the tables, queues and buses of its template. */
export interface OpenServers {
  readonly plan: StackPlan
  /** The servers themselves. */
  readonly endpoints: ServiceEndpoints
  /** What the functions get: the servers, or the taps in front of them. */
  readonly seen: ServiceEndpoints
  readonly sqs: SQSClient
  readonly bus: EventBridgeServer
}

/** Starts the servers and creates what the template asks for; everything opened is handed to `opened`. */
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
  // A client without an endpoint of its own follows the host of a queue URL, so URLs carry the one that functions see.
  const { parameters = {} } = options
  const plan = planStack(options.template, { ...identity, parameters, queueUrl: queueUrlAt(seenSqs) })
  const sqs = new SQSClient(connection(sqsServer.endpoint, identity.region))
  opened.add(async () => sqs.destroy())
  const { queueAttributes = {} } = options
  for (const queue of plan.queues) await createQueue(sqs, queue, queueAttributes[queue.logicalId])
  const stray = Object.keys(queueAttributes).find((id) =>
    plan.queues.every(({ logicalId }) => logicalId !== id),
  )
  if (stray !== undefined) throw new Error(`queueAttributes: the template has no queue called ${stray}`)

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

/** The settings of an SDK client for a local server. */
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
