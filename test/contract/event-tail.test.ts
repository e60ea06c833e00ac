import {
  CreateEventBusCommand,
  DeleteEventBusCommand,
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import { CreateQueueCommand, ListQueuesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  closeTail,
  maxTailMs,
  openTail,
  readTail,
  removeLeftovers,
  type TailClients,
} from '../../cli/event-tail.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { startSqs } from '../../local/sqs/server.ts'

const bus = 'runs'
const access = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }

interface Service {
  readonly clients: TailClients
  stop(): Promise<void>
}

const clientsOf = (events: string, sqs: string): TailClients => ({
  events: new EventBridgeClient({ endpoint: events, ...access }),
  sqs: new SQSClient({ endpoint: sqs, ...access }),
  bus,
})

/** Opens the local EventBridge and SQS servers. */
const openLocal = async (): Promise<Service> => {
  const queues = await startSqs()
  const sqs = new SQSClient({ endpoint: queues.endpoint, ...access })
  const events = await startEventBridge({
    buses: { RunEventBus: bus },
    rules: [],
    origin: { account: '000000000000', region: access.region },
    deliver: async ({ arn, body }) => {
      const QueueUrl = `${queues.endpoint}/000000000000/${arn.split(':').at(-1)}`
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }))
    },
    log: () => {},
  })
  return {
    clients: clientsOf(events.endpoint, queues.endpoint),
    stop: async () => {
      sqs.destroy()
      await events.close()
      await queues.close()
    },
  }
}

/** Opens a bus of moto, which runs at EVENTS_ENDPOINT. */
const openMoto = async (endpoint: string): Promise<Service> => {
  const clients = clientsOf(endpoint, endpoint)
  await clients.events.send(new CreateEventBusCommand({ Name: bus }))
  return {
    clients,
    stop: async () => void (await clients.events.send(new DeleteEventBusCommand({ Name: bus }))),
  }
}

const { EVENTS_ENDPOINT } = process.env
const services = [
  { name: 'the local stack', open: openLocal },
  ...(EVENTS_ENDPOINT === undefined ? [] : [{ name: 'moto', open: () => openMoto(EVENTS_ENDPOINT) }]),
]

describe.each(services)('a tail of events at $name', ({ open }) => {
  let service: Service
  let clients: TailClients
  beforeAll(async () => {
    service = await open()
    clients = service.clients
  })
  afterAll(() => service?.stop())

  const put = (asset: string) =>
    clients.events.send(
      new PutEventsCommand({
        Entries: [
          {
            EventBusName: bus,
            Source: 'datazone-run-orchestrator',
            DetailType: 'Metadata Generation Run Failed',
            Detail: JSON.stringify({ asset }),
          },
        ],
      }),
    )
  const rules = async () =>
    ((await clients.events.send(new ListRulesCommand({ EventBusName: bus }))).Rules ?? []).map(
      ({ Name }) => Name,
    )
  const queues = async () =>
    ((await clients.sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'dzrun-tail-' }))).QueueUrls ?? []).map(
      (url) => url.split('/').at(-1),
    )
  const start = (pattern: object) => openTail(pattern, clients, Date.now())

  test('reads the events of its pattern, and leaves no rule and no queue after it is closed', async () => {
    const tail = await start({ 'detail-type': [{ suffix: 'Failed' }] })
    expect([await rules(), await queues()]).toEqual([[tail.name], [tail.name]])
    await put('asset-1')
    const bodies = await readTail(tail, clients.sqs, 10, new AbortController().signal)
    expect(bodies.map((body) => JSON.parse(body).detail)).toEqual([{ asset: 'asset-1' }])
    await closeTail(tail, clients)
    await closeTail(tail, clients)
    expect([await rules(), await queues()]).toEqual([[], []])
  })

  test('removes the rules and queues that are too old to be in use, which killed tails left behind, and no others', async () => {
    const nowMs = Date.now()
    const named = (ageMs: number) => `dzrun-tail-${nowMs - ageMs}-0123abcd`
    const [old, recent] = [named(maxTailMs + 2 * 3_600_000), named(maxTailMs - 1000)]
    for (const Name of [old, recent, 'dzrun-tail-of-another-tool']) {
      const { QueueUrl = '' } = await clients.sqs.send(new CreateQueueCommand({ QueueName: Name }))
      const EventPattern = JSON.stringify({ source: ['x'] })
      await clients.events.send(new PutRuleCommand({ Name, EventBusName: bus, EventPattern }))
      const Arn = `arn:aws:sqs:us-east-1:000000000000:${QueueUrl.split('/').at(-1)}`
      await clients.events.send(
        new PutTargetsCommand({ Rule: Name, EventBusName: bus, Targets: [{ Id: 'tail', Arn }] }),
      )
    }
    expect(await removeLeftovers(clients, nowMs)).toBe(1)
    const kept = [recent, 'dzrun-tail-of-another-tool']
    expect((await rules()).toSorted()).toEqual(kept.toSorted())
    expect((await queues()).toSorted()).toEqual(kept.toSorted())
  })

  test('removes its queue if the rule cannot be created', async () => {
    const before = await queues()
    await expect(openTail({}, { ...clients, bus: 'no-such-bus' }, Date.now())).rejects.toThrow()
    expect(await queues()).toEqual(before)
  })
})
