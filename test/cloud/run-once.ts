import { setTimeout as delay } from 'node:timers/promises'
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import {
  EventBridgeClient,
  ListArchivesCommand,
  PutEventsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge'
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { unmarshall } from '@aws-sdk/util-dynamodb'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'

/**
 * Brings one run to its ending in a stack at moto. Used by deploy-to-moto. Moto runs Lambda functions only with Docker,
 * so this script invokes the packaged handlers: the starter with the message of the request queue, then the poller.
 * Then it replays the archive of the run bus.
 */

const stack = 'datazone-run-orchestrator-example'
const cloudformation = new CloudFormationClient()
const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: stack }))
const outputs = new Map(Stacks[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]))
const output = (name: string): string => {
  const value = outputs.get(name)
  if (value === undefined) throw new Error(`stack ${stack} has no output ${name}`)
  return value
}

/** Returns a queue URL with the host of the endpoint, because the SDK calls the host of the URL. */
const queueUrl = (url: string): string => `${process.env['AWS_ENDPOINT_URL']}${new URL(url).pathname}`
const QueueUrl = queueUrl(output('RequestQueueUrl'))

const simulator = await startDataZoneServer({ seed: 'moto', failureShare: 0, medianMs: 1 })
simulator.datazone.control.loadCatalogue(sampleWithDataSources(24))

Object.assign(process.env, {
  AWS_ENDPOINT_URL_DATAZONE: simulator.endpoint,
  TABLE_NAME: output('RunTableName'),
  REQUEST_QUEUE_URL: QueueUrl,
  REJECTED_QUEUE_URL: queueUrl(output('RejectedQueueUrl')),
  HINT_QUEUE_URL: QueueUrl.replace(/requests$/, 'hints'),
  // Moto returns an object as the value of an output that refers to a bus.
  EVENT_BUS_NAME: stack,
  MODE: 'run',
  DEFAULT_TYPES: 'BUSINESS_DESCRIPTIONS',
  START_RATE_PER_SECOND: '9.8',
  MIN_AGE_SECONDS: '0.01',
  POWERTOOLS_LOG_LEVEL: 'WARN',
  POWERTOOLS_METRICS_DISABLED: 'true',
  POWERTOOLS_SERVICE_NAME: stack,
  POWERTOOLS_METRICS_NAMESPACE: 'DataZoneRuns',
})

const invoke = async (name: string, event: unknown): Promise<unknown> => {
  const { handler } = await import(`../../dist/${name}/index.mjs`)
  return handler(event, { functionName: name, getRemainingTimeInMillis: () => 30_000 })
}

const sqs = new SQSClient()
const request = {
  version: 1,
  requestId: 'moto-1',
  kind: 'METADATA_GENERATION',
  domainId: sampleDomainId,
  projectId: 'salesproject01',
  asset: { id: 'tpcds_store_sales' },
}
const events = new EventBridgeClient()
const startedAt = new Date()
await events.send(
  new PutEventsCommand({
    Entries: [
      {
        EventBusName: stack,
        Source: 'moto.pipeline',
        DetailType: 'Run Requested',
        Detail: JSON.stringify(request),
      },
    ],
  }),
)

/** Acts as an event source mapping: receives a batch, invokes the starter, and deletes the messages that it handled. */
const startRequests = async (): Promise<number> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], MaxNumberOfMessages: 10 }),
  )
  if (Messages.length === 0) return 0
  const Records = Messages.map(({ MessageId, ReceiptHandle, Body, Attributes }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: Attributes,
    messageAttributes: {},
    eventSource: 'aws:sqs',
  }))
  const answer = JSON.stringify(await invoke('starter', { Records }))
  console.log('starter', Records.length, answer)
  for (const { messageId, receiptHandle: ReceiptHandle } of Records)
    if (messageId !== undefined && !answer.includes(messageId))
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }))
  return Messages.length
}

const table = new DynamoDBClient()
const runs = async () => {
  const { Items = [] } = await table.send(new ScanCommand({ TableName: output('RunTableName') }))
  return Items.map((item) => unmarshall(item)).filter(({ attempt }) => attempt !== undefined)
}
let ended: Record<string, unknown> | undefined
for (let sweep = 1; sweep <= 40 && ended === undefined; sweep += 1) {
  await startRequests()
  await delay(500)
  await invoke('poller', {})
  ended = (await runs()).find(
    ({ ending, announcedAtMs }) => ending !== undefined && announcedAtMs !== undefined,
  )
}
console.log('ended', ended?.['pk'], ended?.['ending'], 'announced', ended?.['announcedAtMs'] !== undefined)

// A replay of the archive sends the request again, which must not start a second run.
const { Archives = [] } = await events.send(new ListArchivesCommand({ NamePrefix: stack }))
const EventSourceArn = Archives[0]?.EventSourceArn
await events.send(
  new StartReplayCommand({
    ReplayName: 'moto',
    EventSourceArn: EventSourceArn?.replace(/:event-bus\/.*/, `:archive/${stack}`),
    EventStartTime: startedAt,
    EventEndTime: new Date(Date.now() + 1000),
    Destination: { Arn: EventSourceArn },
  }),
)
const replayed = await startRequests()
const recorded = (await runs()).length
console.log('replayed', replayed, 'runs on record', recorded)
await simulator.stop()
process.exit(replayed > 0 && recorded === 1 && ended?.['ending'] === 'SUCCEEDED' ? 0 : 1)
