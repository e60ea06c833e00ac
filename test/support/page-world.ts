import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import type { RunList } from '../../lib/ports/run-list.ts'
import type { Pause } from '../../lib/ports/switches.ts'
import { present } from '../../lib/run/present.ts'
import { generationTypes, type Run } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { closers } from '../../local/closers.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { startSqs } from '../../local/sqs/server.ts'
import { type Page, startPage } from '../../page/server/page-server.ts'
import type { PageStack } from '../../page/server/page-stack.ts'
import type { PageOptions } from '../../page/server/page-state.ts'
import { rowOfRun } from '../../page/server/run-row.ts'
import type { QueueLine } from '../../page/shared/protocol.ts'
import { memoryBreakers } from './memory-breakers.ts'
import { memoryCatalog } from './memory-catalog.ts'
import { memoryRunStore } from './memory-run-store.ts'
import { catalogueOf, domainId, projectId } from './requests.ts'

const listKeptMs = 200

const summaries = new WeakMap<Run, RunSummary>()

/** A record as the index by domain and status shows it. */
const summaryOf = (run: Run): RunSummary => {
  const known = summaries.get(run)
  if (known !== undefined) return known
  const { key: _, kind, target, name, error: __, ...row } = rowOfRun(run)
  const summary = {
    ...row,
    ...(kind === 'asset' ? { assetId: target } : { dataSourceId: target }),
    ...present({ assetName: name, error: 'error' in run ? run.error : undefined }),
    types: generationTypes.filter((type) => row.types.includes(type)),
  }
  summaries.set(run, summary)
  return summary
}

const depths = async (
  sqs: SQSClient,
  urls: Pick<PageStack, 'requestQueueUrl' | 'deadLetterQueueUrl' | 'rejectedQueueUrl'>,
): Promise<readonly QueueLine[]> => {
  const queues = [
    ['request queue', urls.requestQueueUrl],
    ['dead letters', urls.deadLetterQueueUrl],
    ['rejected', urls.rejectedQueueUrl],
  ] as const
  return Promise.all(
    queues.map(async ([name, QueueUrl]) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
      )
      return { name, waiting: Number(Attributes['ApproximateNumberOfMessages']), hidden: 0 }
    }),
  )
}

/** What can go on at a page: the stack behind it in memory, with a real simulator, event bus and queue on loopback. */
export const openPageWorld = async (
  options: Partial<PageOptions> & { readonly isDeployed?: boolean; readonly assets?: number } = {},
) => {
  const opened = closers()
  const store = memoryRunStore()
  const pauses = new Map<string, Pause>()
  let killed = 0
  // The list is read once for each status, so a reading of the whole store serves all of them.
  let listed: { readonly atMs: number; readonly runs: readonly RunSummary[] } | undefined
  const allRuns = (): readonly RunSummary[] => {
    if (listed === undefined || Date.now() - listed.atMs > listKeptMs)
      listed = { atMs: Date.now(), runs: store.all().map(summaryOf) }
    return listed.runs
  }
  const list: RunList = {
    async *newestFirst({ domainId: domain, status, sinceMs = 0, beforeMs = Number.MAX_SAFE_INTEGER }) {
      yield allRuns()
        .filter((one) => one.domainId === domain && one.status === status)
        .filter(({ updatedAtMs }) => updatedAtMs >= sinceMs && updatedAtMs < beforeMs)
        .toSorted((left, right) => right.updatedAtMs - left.updatedAtMs)
    },
  }
  const datazone = await startDataZoneServer({ seed: 1 })
  opened.add(datazone.stop)
  datazone.datazone.control.loadCatalogue(catalogueOf([{ id: 'orders' }, { id: 'customers' }]))
  const bus = await startEventBridge({
    buses: { RunEventBus: 'run-bus' },
    rules: [],
    origin: { account: '000000000000', region: 'us-east-1' },
    deliver: async () => {},
    log: () => {},
  })
  opened.add(bus.close)
  const queues = await startSqs()
  opened.add(queues.close)
  const connection = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
  const sqs = new SQSClient({ ...connection, endpoint: queues.endpoint })
  opened.add(async () => sqs.destroy())
  const createQueue = async (QueueName: string): Promise<string> =>
    (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? ''
  const requestQueueUrl = await createQueue('requests')
  const deadLetterQueueUrl = await createQueue('dead')
  const rejectedQueueUrl = await createQueue('rejected')
  const catalog = memoryCatalog(
    (at) => ({
      assetId: at === 0 ? 'orders' : `asset-${at}`,
      projectId,
      typeIdentifier: 'amazon.datazone.GlueTableAssetType',
      name: at === 0 ? 'orders' : `table ${at}`,
      hasDescription: at % 7 === 3,
      revision: '1',
    }),
    options.assets ?? 120,
  )
  const stack: PageStack = {
    name: options.isDeployed === true ? 'datazone-run-orchestrator-prod' : 'local stack',
    store,
    list,
    switches: { pauseOf: async (domain, project) => pauses.get(`${domain}/${project}`) },
    pauses: {
      pausesOf: async (domain) =>
        [...pauses].flatMap(([scope, pause]) => {
          const [of = '', project] = scope.split('/')
          return of === domain && project !== undefined
            ? [{ domainId: of, projectId: project, ...pause }]
            : []
        }),
    },
    sweeps: { last: async () => undefined },
    counts: { ofDay: async () => [], domains: async () => [] },
    breakers: memoryBreakers(),
    skips: { skipsOf: async () => [] },
    catalog,
    capUsage: { used: async (counters) => counters.map(() => 7200) },
    policy: async () => ({
      rules: [],
      caps: [{ name: 'descriptions', perMonth: 10_000, reserveForLive: 1000 }],
    }),
    client: new DynamoDBClient({ ...connection, endpoint: 'http://127.0.0.1:1' }),
    tableName: 'runs',
    sqs,
    requestQueueUrl,
    deadLetterQueueUrl,
    rejectedQueueUrl,
    queueDepths: () => depths(sqs, { requestQueueUrl, deadLetterQueueUrl, rejectedQueueUrl }),
    ...(options.isDeployed === true
      ? {}
      : {
          local: {
            eventbridge: bus.endpoint,
            datazone: datazone.endpoint,
            killWorkers: async () => {
              killed += 1
              return 3
            },
          },
        }),
  }
  let page: Page | undefined
  opened.add(async () => page?.close())
  const start = async (again: Partial<PageOptions> = {}): Promise<Page> => {
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
  return {
    stack,
    store,
    pauses,
    bus,
    datazone: datazone.datazone.control,
    killed: () => killed,
    start,
    /** Puts an event on the run bus. */
    announce: (event: Parameters<typeof bus.forward>[1]) => bus.forward('run-bus', event),
    /** Takes the messages off the request queue. */
    sent: async (): Promise<readonly unknown[]> => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: requestQueueUrl, MaxNumberOfMessages: 10 }),
      )
      return Messages.map(({ Body = '' }) => JSON.parse(Body))
    },
    /** Puts the copy of a rejected request on its queue. */
    reject: async (copy: { readonly body: string; readonly reasons: readonly string[] }): Promise<void> => {
      await sqs.send(
        new SendMessageCommand({ QueueUrl: rejectedQueueUrl, MessageBody: JSON.stringify(copy) }),
      )
    },
    close: opened.close,
  }
}
export type PageWorld = Awaited<ReturnType<typeof openPageWorld>>
