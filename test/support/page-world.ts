import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { type Closers, closers } from '../../local/closers.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { startSqs } from '../../local/sqs/server.ts'
import { type Page, startPage } from '../../page/server/page-server.ts'
import type { PageStack } from '../../page/server/page-stack.ts'
import type { PageOptions } from '../../page/server/page-state.ts'
import type { QueueLine } from '../../page/shared/protocol.ts'
import { memoryBreakers } from './memory-breakers.ts'
import { memoryCatalog } from './memory-catalog.ts'
import { memoryRunList } from './memory-run-list.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { catalogueOf, domainId, projectId } from './requests.ts'

interface WorldOptions extends Partial<PageOptions> {
  readonly isDeployed?: boolean
  /** How many assets the catalog lists. */
  readonly assets?: number
}

const connection = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }

const startDataZone = async (opened: Closers) => {
  const datazone = await startDataZoneServer({ seed: 1 })
  opened.add(datazone.stop)
  datazone.datazone.control.loadCatalogue(catalogueOf([{ id: 'orders' }, { id: 'customers' }]))
  return datazone
}

const startBus = async (opened: Closers) => {
  const bus = await startEventBridge({
    buses: { RunEventBus: 'run-bus' },
    rules: [],
    origin: { account: '000000000000', region: 'us-east-1' },
    deliver: async () => {},
    log: () => {},
  })
  opened.add(bus.close)
  return bus
}

const startQueues = async (opened: Closers) => {
  const queues = await startSqs()
  opened.add(queues.close)
  const sqs = new SQSClient({ ...connection, endpoint: queues.endpoint })
  opened.add(async () => sqs.destroy())
  const create = async (QueueName: string): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? ''
  return {
    sqs,
    requestQueueUrl: await create('requests'),
    deadLetterQueueUrl: await create('dead'),
    rejectedQueueUrl: await create('rejected'),
  }
}
type Queues = Awaited<ReturnType<typeof startQueues>>

const depthsOf = async ({ sqs, ...urls }: Queues): Promise<readonly QueueLine[]> => {
  const queues = [
    ['request queue', urls.requestQueueUrl],
    ['dead letters', urls.deadLetterQueueUrl],
    ['rejected', urls.rejectedQueueUrl],
  ] as const
  return Promise.all(
    queues.map(async ([name, QueueUrl]) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
      )
      return {
        name,
        waiting: Number(Attributes['ApproximateNumberOfMessages']),
        hidden: Number(Attributes['ApproximateNumberOfMessagesNotVisible']),
      }
    }),
  )
}

const catalogWith = (assets: number) =>
  memoryCatalog(
    (at) => ({
      assetId: at === 0 ? 'orders' : `asset-${at}`,
      projectId,
      typeIdentifier: 'amazon.datazone.GlueTableAssetType',
      name: at === 0 ? 'orders' : `table ${at}`,
      hasDescription: at % 7 === 3,
      revision: '1',
    }),
    assets,
  )

/** The parts of the stack without a server: nothing is paused, and 7,200 of the month's 10,000 runs are used. */
const quietState = {
  switches: { pauseOf: async () => undefined },
  pauses: { pausesOf: async () => [] },
  sweeps: { last: async () => undefined },
  counts: { ofDay: async () => [], domains: async () => [] },
  skips: { skipsOf: async () => [] },
  capUsage: { used: async (counters: readonly unknown[]) => counters.map(() => 7200) },
  policy: async () => ({
    rules: [],
    caps: [{ name: 'descriptions', perMonth: 10_000, reserveForLive: 1000 }],
  }),
  client: new DynamoDBClient({ ...connection, endpoint: 'http://127.0.0.1:1' }),
  tableName: 'runs',
}

/** Returns what a test does to the queues. */
const queueActions = ({ sqs, requestQueueUrl, rejectedQueueUrl }: Queues) => ({
  /** Receives and deletes the messages of the request queue. */
  takeRequests: async (): Promise<readonly unknown[]> => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: requestQueueUrl, MaxNumberOfMessages: 10 }),
    )
    for (const { ReceiptHandle } of Messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl: requestQueueUrl, ReceiptHandle }))
    return Messages.map(({ Body = '' }) => JSON.parse(Body))
  },
  /** Puts the copy of a rejected request on the rejected queue. */
  reject: async (copy: { readonly body: string; readonly reasons: readonly string[] }): Promise<void> => {
    await sqs.send(new SendMessageCommand({ QueueUrl: rejectedQueueUrl, MessageBody: JSON.stringify(copy) }))
  },
})

/** Returns a function that starts a page of the stack. Closing `opened` closes the page that was started last. */
const pageStarter = (stack: PageStack, options: WorldOptions, opened: Closers) => {
  let page: Page | undefined
  opened.add(async () => page?.close())
  return async (again: Partial<PageOptions> = {}): Promise<Page> => {
    page = await startPage({
      stack,
      domains: [domainId],
      port: 0,
      allowChanges: true,
      unitsPerMinute: 60_000,
      token: 'a-token-of-the-test-with-32-chars',
      firstRequest: { domainId, projectId, assetId: 'orders' },
      ...options,
      ...again,
    })
    return page
  }
}

/** Returns the subject of a run of an asset in the page's domain. */
export const subjectOf = (assetId: string) =>
  ({
    kind: 'METADATA_GENERATION',
    domainId,
    assetId,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS'],
  }) as const

/** A request that the starter accepts. */
export const acceptedRequest = {
  version: 1,
  requestId: 'again',
  kind: 'METADATA_GENERATION',
  domainId,
  projectId,
  asset: { id: 'orders' },
}

/** Opens a stack for a page: a table in memory, and a real simulator, event bus and queue server on loopback. */
export const openPageWorld = async (options: WorldOptions = {}) => {
  const opened = closers()
  const store = memoryRunStore()
  let killed = 0
  const killWorkers = async () => {
    killed += 1
    return 3
  }
  const [datazone, bus, queues] = [
    await startDataZone(opened),
    await startBus(opened),
    await startQueues(opened),
  ]
  const stack: PageStack = {
    ...quietState,
    ...queues,
    name: options.isDeployed === true ? 'datazone-run-orchestrator-prod' : 'local stack',
    store,
    list: memoryRunList(store.all),
    breakers: memoryBreakers(),
    catalog: catalogWith(options.assets ?? 120),
    queueDepths: () => depthsOf(queues),
    ...(options.isDeployed === true
      ? {}
      : { local: { eventbridge: bus.endpoint, datazone: datazone.endpoint, killWorkers } }),
  }
  return {
    stack,
    store,
    datazone: datazone.datazone.control,
    killed: () => killed,
    start: pageStarter(stack, options, opened),
    /** Puts an event on the run bus. */
    announce: (event: Parameters<typeof bus.forward>[1]) => bus.forward('run-bus', event),
    ...queueActions(queues),
    close: opened.close,
  }
}
export type PageWorld = Awaited<ReturnType<typeof openPageWorld>>
