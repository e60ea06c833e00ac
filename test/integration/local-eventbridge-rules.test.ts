import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateArchiveCommand,
  DeleteArchiveCommand,
  DeleteRuleCommand,
  DescribeArchiveCommand,
  DescribeEventBusCommand,
  DescribeReplayCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  StartReplayCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { openBusStorage } from '../../local/data-dir/bus-storage.ts'
import type { Delivery } from '../../local/eventbridge/event-router.ts'
import { type EventBridgeServer, startEventBridge } from '../../local/eventbridge/server.ts'
import { eventually } from '../support/eventually.ts'

const arn = (resource: string) => `arn:aws:events:eu-west-1:000000000000:${resource}`
const EventPattern = JSON.stringify({ source: ['runs'], 'detail-type': ['Ended'] })
const EventBusName = 'runs'
const inbox = 'arn:aws:sqs:eu-west-1:000000000000:inbox'

let bus: EventBridgeServer
let client: EventBridgeClient
let delivered: Delivery[] = []

const clientOf = (endpoint: string) =>
  new EventBridgeClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })

beforeEach(async () => {
  delivered = []
  bus = await startEventBridge({
    buses: { RunEventBus: 'runs' },
    rules: [],
    origin: { account: '000000000000', region: 'eu-west-1' },
    deliver: async (delivery) => void delivered.push(delivery),
    log: () => {},
  })
  client = clientOf(bus.endpoint)
})

afterEach(async () => {
  client.destroy()
  await bus.close()
})

const put = (detail: object, DetailType = 'Ended') =>
  client.send(
    new PutEventsCommand({
      Entries: [{ Source: 'runs', DetailType, Detail: JSON.stringify(detail), EventBusName }],
    }),
  )
const putRule = (Name = 'ended') => client.send(new PutRuleCommand({ Name, EventBusName, EventPattern }))
const putTargets = (...Ids: readonly string[]) =>
  client.send(
    new PutTargetsCommand({
      Rule: 'ended',
      EventBusName,
      Targets: Ids.map((Id) => ({ Id, Arn: inbox, InputPath: '$.detail' })),
    }),
  )
const bodies = () => delivered.map(({ body }) => JSON.parse(body))

describe('a rule', () => {
  test('delivers the events that match to its targets until it is removed', async () => {
    expect(await putRule()).toMatchObject({ RuleArn: arn('rule/runs/ended') })
    expect(await putTargets('a')).toMatchObject({ FailedEntryCount: 0 })
    await put({ n: 1 })
    await put({ n: 2 }, 'Started')
    await eventually(() => expect(bodies()).toEqual([{ n: 1 }]))
    expect(delivered[0]).toMatchObject({ arn: inbox })
    const ofRule = { Rule: 'ended', EventBusName }
    expect(await client.send(new ListTargetsByRuleCommand(ofRule))).toMatchObject({
      Targets: [{ Id: 'a', Arn: inbox, InputPath: '$.detail' }],
    })
    const removed = await client.send(new RemoveTargetsCommand({ ...ofRule, Ids: ['a', 'b'] }))
    expect(removed).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: 'b' }] })
    await put({ n: 3 })
    await client.send(new DeleteRuleCommand({ Name: 'ended', EventBusName }))
    expect(bodies()).toEqual([{ n: 1 }])
    expect((await client.send(new ListRulesCommand({ EventBusName }))).Rules).toEqual([])
  })

  test('is described, and listed in pages', async () => {
    for (const name of ['a-2', 'a-1', 'b']) await putRule(name)
    const describe = await client.send(new DescribeRuleCommand({ Name: 'b', EventBusName }))
    expect(describe).toMatchObject({ Name: 'b', Arn: arn('rule/runs/b'), EventPattern, State: 'ENABLED' })
    const first = await client.send(new ListRulesCommand({ EventBusName, NamePrefix: 'a', Limit: 1 }))
    expect(first.Rules?.map(({ Name }) => Name)).toEqual(['a-1'])
    const { NextToken } = first
    const second = await client.send(new ListRulesCommand({ EventBusName, NamePrefix: 'a', NextToken }))
    expect([second.Rules?.map(({ Name }) => Name), second.NextToken]).toEqual([['a-2'], undefined])
  })

  test('delivers nothing while it is disabled', async () => {
    await putRule()
    await putTargets('a')
    await client.send(new DisableRuleCommand({ Name: 'ended', EventBusName }))
    await put({ n: 1 })
    await client.send(new EnableRuleCommand({ Name: 'ended', EventBusName }))
    await put({ n: 2 })
    await eventually(() => expect(bodies()).toEqual([{ n: 2 }]))
  })

  test('keeps its targets when PutRule replaces it', async () => {
    await putRule()
    await putTargets('a')
    await putRule()
    await put({ n: 1 })
    await eventually(() => expect(bodies()).toEqual([{ n: 1 }]))
  })

  test.each([
    [
      'an unknown bus',
      () => new PutRuleCommand({ Name: 'x', EventBusName: 'no', EventPattern }),
      /no does not/,
    ],
    [
      'a schedule',
      () => new PutRuleCommand({ Name: 'x', ScheduleExpression: 'rate(1 day)' }),
      /^ScheduleExp/,
    ],
    ['no pattern', () => new PutRuleCommand({ Name: 'x' }), /^EventPattern: is required/],
    ['a pattern that is not JSON', () => new PutRuleCommand({ Name: 'x', EventPattern: 'x' }), /JSON object/],
    [
      'a wrong pattern',
      () => new PutRuleCommand({ Name: 'x', EventPattern: '{"a":"b"}' }),
      /EventPattern\.a: /,
    ],
    ['a wrong name', () => new PutRuleCommand({ Name: 'a b', EventPattern }), /^Name: must be/],
    [
      'an unknown rule',
      () => new DescribeRuleCommand({ Name: 'x' }),
      /^Rule x does not exist on EventBus default/,
    ],
    ['no targets', () => new PutTargetsCommand({ Rule: 'x', Targets: [] }), /^Targets: /],
  ])('refuses %s with a message', async (_, command, message) => {
    await expect(client.send(command() as PutRuleCommand)).rejects.toMatchObject({
      message: expect.stringMatching(message),
    })
  })

  test('refuses a sixth target, and deletion while it has targets', async () => {
    await putRule()
    await expect(putTargets('1', '2', '3', '4', '5', '6')).rejects.toMatchObject({
      name: 'LimitExceededException',
    })
    await putTargets('1')
    await expect(client.send(new DeleteRuleCommand({ Name: 'ended', EventBusName }))).rejects.toThrow(
      'Rule ended has targets: remove them with RemoveTargets first.',
    )
  })

  test('is tried with TestEventPattern', async () => {
    const matches = (source: string) =>
      client.send(
        new TestEventPatternCommand({
          EventPattern,
          Event: JSON.stringify({ source, 'detail-type': 'Ended', detail: {} }),
        }),
      )
    expect(await matches('runs')).toMatchObject({ Result: true })
    expect(await matches('other')).toMatchObject({ Result: false })
  })
})

describe('a bus', () => {
  test('is described and listed', async () => {
    const runs = { Name: 'runs', Arn: arn('event-bus/runs') }
    expect(await client.send(new DescribeEventBusCommand({ Name: runs.Arn }))).toMatchObject(runs)
    expect(await client.send(new DescribeEventBusCommand({}))).toMatchObject({ Name: 'default' })
    const { EventBuses } = await client.send(new ListEventBusesCommand({}))
    expect(EventBuses).toMatchObject([{ Name: 'default' }, runs])
  })
})

describe('an archive', () => {
  const archive = { ArchiveName: 'all', EventSourceArn: arn('event-bus/runs') }
  const range = {
    EventStartTime: new Date(Date.now() - 3_600_000),
    EventEndTime: new Date(Date.now() + 3_600_000),
  }
  const replay = (ReplayName: string, more: object = {}) =>
    client.send(
      new StartReplayCommand({
        ReplayName,
        EventSourceArn: arn('archive/all'),
        Destination: { Arn: archive.EventSourceArn },
        ...range,
        ...more,
      }),
    )

  test('replays what the bus has received to the rules of today', async () => {
    await put({ n: 1 })
    await put({ n: 2 }, 'Started')
    const created = await client.send(new CreateArchiveCommand(archive))
    expect(created).toMatchObject({ ArchiveArn: arn('archive/all'), State: 'ENABLED' })
    expect(await client.send(new DescribeArchiveCommand({ ArchiveName: 'all' }))).toMatchObject({
      EventCount: 2,
    })
    await putRule()
    await client.send(
      new PutTargetsCommand({ Rule: 'ended', EventBusName, Targets: [{ Id: 'a', Arn: inbox }] }),
    )
    expect(await replay('again')).toMatchObject({ ReplayArn: arn('replay/again'), State: 'STARTING' })
    await eventually(() =>
      expect(bodies()).toMatchObject([{ 'replay-name': 'again', detail: { n: 1 }, source: 'runs' }]),
    )
    expect(await client.send(new DescribeReplayCommand({ ReplayName: 'again' }))).toMatchObject({
      State: 'COMPLETED',
    })
    expect(bus.archive('runs')).toHaveLength(2)
    await replay('filtered', { Destination: { Arn: archive.EventSourceArn, FilterArns: [arn('rule/x')] } })
    expect(bodies()).toHaveLength(1)
    await client.send(new DeleteArchiveCommand({ ArchiveName: 'all' }))
    await expect(replay('gone')).rejects.toThrow('Archive all does not exist')
  })

  test('refuses a replay to another bus, a second use of a name and an empty range', async () => {
    await client.send(new CreateArchiveCommand(archive))
    await expect(replay('r', { Destination: { Arn: arn('event-bus/default') } })).rejects.toThrow(
      'Destination.Arn: must be the bus of the archive, runs',
    )
    await expect(replay('r', { EventEndTime: range.EventStartTime })).rejects.toThrow('EventEndTime: ')
    await replay('r')
    await expect(replay('r')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
    await expect(client.send(new CreateArchiveCommand(archive))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    })
  })
})

const answer = z.looseObject({ events: z.array(z.unknown()).optional(), next: z.string().optional() })

describe('GET /_local/events', () => {
  const get = async (query: string) => {
    const response = await fetch(`${bus.endpoint}/_local/events${query}`)
    return { status: response.status, body: answer.parse(await response.json()) }
  }

  test('lists the events of a bus by its logical or physical name, and those since a cursor or time', async () => {
    await put({ n: 1 })
    const { body } = await get('?bus=RunEventBus')
    expect(body).toMatchObject({ events: [{ bus: 'runs', event: { detail: { n: 1 } } }], next: '1' })
    await put({ n: 2 })
    expect((await get(`?bus=runs&since=${body.next}`)).body).toMatchObject({
      events: [{ event: { detail: { n: 2 } } }],
      next: '2',
    })
    expect((await get('?since=2')).body).toEqual({ events: [], next: '2' })
    expect((await get('?since=2020-01-01')).body.events).toHaveLength(2)
    expect((await get('?bus=default')).body.events).toEqual([])
  })

  test.each([
    ['?bus=nowhere', 'bus: there is no bus nowhere, use one of default, runs, RunEventBus'],
    ['?since=yesterday', 'since: must be an ISO 8601 time'],
    ['?limit=3', 'Unrecognized key: "limit"'],
  ])('refuses %s', async (query, message) => {
    expect(await get(query)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    })
  })

  test('sends old and new events as server-sent events, and resumes after the last one', async () => {
    await put({ n: 1 })
    const read = async (headers: Record<string, string>, count: number) => {
      const stopping = new AbortController()
      const response = await fetch(`${bus.endpoint}/_local/events?bus=runs`, {
        headers: { accept: 'text/event-stream', ...headers },
        signal: stopping.signal,
      })
      let text = ''
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk)
        if (text.split('\n\n').length > count) break
        if (text.split('\n\n').length === count) await put({ n: count })
      }
      stopping.abort()
      return [...text.matchAll(/id: (\d+)\ndata: (.*)\n\n/g)].map(([, id, data = '']) => [
        id,
        JSON.parse(data).event.detail.n,
      ])
    }
    expect(await read({}, 2)).toEqual([
      ['1', 1],
      ['2', 2],
    ])
    expect(await read({ 'last-event-id': '1' }, 1)).toEqual([['2', 2]])
  })
})

test('keeps the rules of a data directory, also that one of the template was deleted', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'bus-'))
  const planned = {
    logicalId: 'Planned',
    name: 'planned',
    arn: arn('rule/runs/planned'),
    bus: EventBusName,
    pattern: { source: ['runs'] },
    state: 'ENABLED' as const,
    targets: [],
  }
  const open = async () => {
    const server = await startEventBridge({
      buses: { RunEventBus: EventBusName },
      rules: [planned],
      origin: { account: '000000000000', region: 'eu-west-1' },
      deliver: async () => {},
      log: () => {},
      storage: openBusStorage(directory),
    })
    const sdk = clientOf(server.endpoint)
    const names = async () =>
      (await sdk.send(new ListRulesCommand({ EventBusName }))).Rules?.map(({ Name }) => Name)
    return { sdk, names, close: () => server.close() }
  }
  const first = await open()
  expect(await first.names()).toEqual(['planned'])
  await first.sdk.send(new PutRuleCommand({ Name: 'mine', EventBusName, EventPattern }))
  await first.sdk.send(new DeleteRuleCommand({ Name: 'planned', EventBusName }))
  await first.close()
  const second = await open()
  expect(await second.names()).toEqual(['mine'])
  await second.close()
  const third = await open()
  expect(await third.names()).toEqual(['mine'])
  await third.close()
  await rm(directory, { recursive: true })
})
