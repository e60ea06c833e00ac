import {
  CreateArchiveCommand,
  DeleteArchiveCommand,
  DescribeArchiveCommand,
  DescribeReplayCommand,
  PutTargetsCommand,
  StartReplayCommand,
} from '@aws-sdk/client-eventbridge'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { eventually } from '../support/eventually.ts'
import { arn, EventBusName, inbox, type LocalBus, openLocalBus } from '../support/local-bus.ts'

let bus: LocalBus

beforeEach(async () => {
  bus = await openLocalBus()
})
afterEach(() => bus.close())

describe('an archive', () => {
  const archive = { ArchiveName: 'all', EventSourceArn: arn('event-bus/runs') }
  const range = {
    EventStartTime: new Date(Date.now() - 3_600_000),
    EventEndTime: new Date(Date.now() + 3_600_000),
  }
  const replay = (ReplayName: string, more: object = {}) =>
    bus.client.send(
      new StartReplayCommand({
        ReplayName,
        EventSourceArn: arn('archive/all'),
        Destination: { Arn: archive.EventSourceArn },
        ...range,
        ...more,
      }),
    )

  test('replays the events of the bus to its current rules', async () => {
    await bus.put({ n: 1 })
    await bus.put({ n: 2 }, 'Started')
    const created = await bus.client.send(new CreateArchiveCommand(archive))
    expect(created).toMatchObject({ ArchiveArn: arn('archive/all'), State: 'ENABLED' })
    expect(await bus.client.send(new DescribeArchiveCommand({ ArchiveName: 'all' }))).toMatchObject({
      EventCount: 2,
    })
    await bus.putRule()
    await bus.client.send(
      new PutTargetsCommand({ Rule: 'ended', EventBusName, Targets: [{ Id: 'a', Arn: inbox }] }),
    )
    expect(await replay('again')).toMatchObject({ ReplayArn: arn('replay/again'), State: 'STARTING' })
    await eventually(() =>
      expect(bus.bodies()).toMatchObject([{ 'replay-name': 'again', detail: { n: 1 }, source: 'runs' }]),
    )
    expect(await bus.client.send(new DescribeReplayCommand({ ReplayName: 'again' }))).toMatchObject({
      State: 'COMPLETED',
    })
    expect(bus.server.archive('runs')).toHaveLength(2)
    await replay('filtered', { Destination: { Arn: archive.EventSourceArn, FilterArns: [arn('rule/x')] } })
    expect(bus.bodies()).toHaveLength(1)
    await bus.client.send(new DeleteArchiveCommand({ ArchiveName: 'all' }))
    await expect(replay('gone')).rejects.toThrow('Archive all does not exist')
  })

  test('refuses a replay to another bus, a name that is in use, and an empty range', async () => {
    await bus.client.send(new CreateArchiveCommand(archive))
    await expect(replay('r', { Destination: { Arn: arn('event-bus/default') } })).rejects.toThrow(
      'Destination.Arn: must be the bus of the archive, runs',
    )
    await expect(replay('r', { EventEndTime: range.EventStartTime })).rejects.toThrow('EventEndTime: ')
    await replay('r')
    await expect(replay('r')).rejects.toMatchObject({ name: 'ResourceAlreadyExistsException' })
    await expect(bus.client.send(new CreateArchiveCommand(archive))).rejects.toMatchObject({
      name: 'ResourceAlreadyExistsException',
    })
  })
})

const answer = z.looseObject({ events: z.array(z.unknown()).optional(), next: z.string().optional() })

describe('GET /_local/events', () => {
  const get = async (query: string) => {
    const response = await fetch(`${bus.server.endpoint}/_local/events${query}`)
    return { status: response.status, body: answer.parse(await response.json()) }
  }

  test('lists the events of a bus by its logical or physical name, from the beginning or since a cursor or time', async () => {
    await bus.put({ n: 1 })
    const { body } = await get('?bus=RunEventBus')
    expect(body).toMatchObject({ events: [{ bus: 'runs', event: { detail: { n: 1 } } }], next: '1' })
    await bus.put({ n: 2 })
    expect((await get(`?bus=runs&since=${body.next}`)).body).toMatchObject({
      events: [{ event: { detail: { n: 2 } } }],
      next: '2',
    })
    expect((await get('?since=2')).body).toEqual({ events: [], next: '2' })
    expect((await get('?since=2020-01-01')).body.events).toHaveLength(2)
    expect((await get('?bus=default')).body.events).toEqual([])
  })

  test.each([
    ['?bus=nowhere', 'bus: there is no bus nowhere; use one of default, runs, RunEventBus'],
    ['?since=yesterday', 'since: must be an ISO 8601 time'],
    ['?limit=3', 'Unrecognized key: "limit"'],
  ])('refuses %s', async (query, message) => {
    expect(await get(query)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining(message) },
    })
  })

  test('sends past and new events as server-sent events, and resumes after the last one', async () => {
    await bus.put({ n: 1 })
    const read = async (headers: Record<string, string>, count: number) => {
      const stopping = new AbortController()
      const response = await fetch(`${bus.server.endpoint}/_local/events?bus=runs`, {
        headers: { accept: 'text/event-stream', ...headers },
        signal: stopping.signal,
      })
      let text = ''
      const decoder = new TextDecoder()
      for await (const chunk of response.body ?? []) {
        text += decoder.decode(chunk)
        if (text.split('\n\n').length > count) break
        if (text.split('\n\n').length === count) await bus.put({ n: count })
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
