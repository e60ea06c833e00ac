import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SNSClient } from '@aws-sdk/client-sns'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Closers } from './closers.ts'
import { openBusStorage } from './data-dir/bus-storage.ts'
import { explainFailure } from './dynamodb/explain-failure.ts'
import { externalEndpoint } from './dynamodb/external-endpoint.ts'
import { removeLeftoverTables } from './dynamodb/leftover-tables.ts'
import { startDynamoDb } from './dynamodb/server.ts'
import { type EventBridgeServer, startEventBridge } from './eventbridge/server.ts'
import type { ServiceEndpoints } from './lambda/function-env.ts'
import { createQueue, createTable, createTopic, deleteTable } from './provision.ts'
import { type Service, startTap, type TapHook } from './servers/tap.ts'
import type { PublishedMessage } from './sns/published.ts'
import { queueUrlAt, startSqs } from './sqs/server.ts'
import type { Connection, StackOptions } from './stack-api.ts'
import { type TargetDelivery, targetDelivery } from './target-delivery.ts'
import { planStack, type StackPlan } from './template/plan.ts'
import type { StackIdentity } from './template/scope.ts'

/** The running servers of a stack, with the tables, queues and buses of its template. */
export interface OpenServers {
  readonly plan: StackPlan
  /** The addresses of the servers. */
  readonly endpoints: ServiceEndpoints
  /** The addresses that the functions call: those of the servers, or of the taps in front of them. */
  readonly functionEndpoints: ServiceEndpoints
  readonly sqs: SQSClient
  readonly bus: EventBridgeServer
  readonly delivery: TargetDelivery
  /** The last messages that topics accepted, oldest first. */
  readonly published: () => readonly PublishedMessage[]
}

/** What `openServers` needs. */
export interface ServerContext {
  readonly options: StackOptions
  readonly identity: StackIdentity
  /** Receives the close function of each part that is opened. */
  readonly opened: Closers
  readonly hook: TapHook
  readonly log: (line: string) => void
  /** Invokes a function of the stack by its ARN. Returns undefined for any other ARN. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<unknown> | undefined
}

/** Starts the servers and creates the tables, queues and buses of the template. */
export async function openServers(context: ServerContext): Promise<OpenServers> {
  const { sqsEndpoint, functionSqs, sqs, sns, published, plan } = await openQueues(context)
  const dynamodbEndpoint = await openTables(context, plan)
  const { bus, delivery } = await openBuses(context, { plan, sqs, sns, sqsEndpoint })
  const endpoints = {
    dynamodb: dynamodbEndpoint,
    sqs: sqsEndpoint,
    // One server serves SQS and SNS.
    sns: sqsEndpoint,
    eventbridge: bus.endpoint,
    datazone: context.options.datazoneEndpoint,
  }
  const functionEndpoints = {
    dynamodb: await tapped(context, 'dynamodb', endpoints.dynamodb),
    sqs: functionSqs,
    sns: await tapped(context, 'sns', endpoints.sns),
    eventbridge: await tapped(context, 'eventbridge', endpoints.eventbridge),
    datazone: await tapped(context, 'datazone', endpoints.datazone),
  }
  return { plan, endpoints, functionEndpoints, sqs, bus, delivery, published }
}

async function openQueues(context: ServerContext) {
  const { options, identity, opened } = context
  const { ports = {}, parameters = {}, queueAttributes = {} } = options
  const server = await startSqs({
    port: ports.sqs,
    host: options.host,
    dataDir: options.dataDir && join(options.dataDir, 'sqs'),
    onPublish: options.onPublish,
  })
  opened.add(server.close)
  const functionSqs = await tapped(context, 'sqs', server.endpoint)
  // An SQS client without an endpoint setting calls the host of the queue URL, so URLs have the address that functions
  // call.
  const plan = planStack(options.template, {
    ...identity,
    parameters,
    queueUrl: queueUrlAt(functionSqs),
    // Several stacks may share an external engine, so the template's table names are not used there.
    ownTableNames: externalEndpoint(process.env) === undefined,
  })
  const unknownId = Object.keys(queueAttributes).find((id) =>
    plan.queues.every(({ logicalId }) => logicalId !== id),
  )
  if (unknownId !== undefined)
    throw new Error(
      `queueAttributes: the template has no queue ${unknownId}; use a logical id of the template`,
    )
  const sqs = new SQSClient(connection(server.endpoint, identity.region))
  opened.add(async () => sqs.destroy())
  for (const queue of plan.queues) await createQueue(sqs, queue, queueAttributes[queue.logicalId])
  const sns = new SNSClient(connection(server.endpoint, identity.region))
  opened.add(async () => sns.destroy())
  for (const name of plan.topics) await createTopic(sns, name)
  return { sqsEndpoint: server.endpoint, functionSqs, sqs, sns, published: server.published, plan }
}

async function openTables(
  { options, identity, opened, log }: ServerContext,
  plan: StackPlan,
): Promise<string> {
  const { dataDir, supervise = false } = options
  const server = await startDynamoDb({
    port: options.ports?.dynamodb,
    host: options.host,
    dataFile: dataDir && join(dataDir, 'dynamodb.sqlite'),
    supervise: supervise ? { log } : undefined,
  })
  opened.add(server.close)
  const client = new DynamoDBClient(connection(server.endpoint, identity.region))
  opened.add(async () => client.destroy())
  const external = server.pid === undefined ? server.endpoint : undefined
  if (external !== undefined) await clearLeftovers(client, external, log)
  for (const table of plan.tables) {
    await createTable(client, table, {
      external,
      keepExisting: external === undefined && dataDir !== undefined,
    })
    if (external !== undefined) opened.add(() => deleteTable(client, table))
  }
  return server.endpoint
}

async function clearLeftovers(
  client: DynamoDBClient,
  external: string,
  log: (line: string) => void,
): Promise<void> {
  try {
    for (const name of await removeLeftoverTables(client))
      log(`removed table ${name}, which a killed stack had left behind`)
  } catch (error) {
    throw explainFailure(error, 'ListTables', external)
  }
}

async function openBuses(
  { options, identity, opened, log, invoke }: ServerContext,
  { plan, sqs, sns, sqsEndpoint }: { plan: StackPlan; sqs: SQSClient; sns: SNSClient; sqsEndpoint: string },
) {
  const names = new Set(['default', ...Object.values(plan.buses)])
  let bus: EventBridgeServer | undefined
  const delivery = targetDelivery({
    sqs,
    sns,
    topics: new Set(plan.topics),
    queueUrl: queueUrlAt(sqsEndpoint),
    invoke,
    forward: (name, event) => {
      if (names.has(name)) bus?.forward(name, event)
      return names.has(name)
    },
    log,
  })
  bus = await startEventBridge({
    buses: plan.buses,
    rules: plan.rules,
    origin: { account: identity.accountId, region: identity.region },
    deliver: delivery.deliver,
    recorded: delivery.recorded,
    log,
    onMetric: options.onMetric,
    storage: options.dataDir === undefined ? undefined : openBusStorage(join(options.dataDir, 'eventbridge')),
    port: options.ports?.eventbridge,
    host: options.host,
  })
  opened.add(bus.close)
  return { bus, delivery }
}

async function tapped(
  { options, opened, hook }: ServerContext,
  service: Service,
  endpoint: string,
): Promise<string> {
  if (options.taps !== true) return endpoint
  const tap = await startTap(service, endpoint, hook)
  opened.add(tap.close)
  return tap.endpoint
}

/** Returns the SDK client settings for a local server. */
export function connection(endpoint: string, region: string): Connection {
  return { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
}
