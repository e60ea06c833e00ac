import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBusStorage } from '../../local/data-dir/bus-storage.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { eventually } from '../support/eventually.ts'
import {
  arn,
  clientOf,
  EventBusName,
  EventPattern,
  inbox,
  type LocalBus,
  openLocalBus,
  origin,
} from '../support/local-bus.ts'

let bus: LocalBus

beforeEach(async () => {
  bus = await openLocalBus()
})
afterEach(() => bus.close())

describe('a rule', () => {
  test('delivers matching events to its targets until they are removed', async () => {
    expect(await bus.putRule()).toMatchObject({ RuleArn: arn('rule/runs/ended') })
    expect(await bus.putTargets('a')).toMatchObject({ FailedEntryCount: 0 })
    await bus.put({ n: 1 })
    await bus.put({ n: 2 }, 'Started')
    await eventually(() => expect(bus.bodies()).toEqual([{ n: 1 }]))
    expect(bus.delivered[0]).toMatchObject({ arn: inbox })
    const ofRule = { Rule: 'ended', EventBusName }
    expect(await bus.client.send(new ListTargetsByRuleCommand(ofRule))).toMatchObject({
      Targets: [{ Id: 'a', Arn: inbox, InputPath: '$.detail' }],
    })
    const removed = await bus.client.send(new RemoveTargetsCommand({ ...ofRule, Ids: ['a', 'b'] }))
    expect(removed).toMatchObject({ FailedEntryCount: 1, FailedEntries: [{ TargetId: 'b' }] })
    await bus.put({ n: 3 })
    await bus.client.send(new DeleteRuleCommand({ Name: 'ended', EventBusName }))
    expect(bus.bodies()).toEqual([{ n: 1 }])
    expect((await bus.client.send(new ListRulesCommand({ EventBusName }))).Rules).toEqual([])
  })

  test('is described, and listed in pages', async () => {
    for (const name of ['a-2', 'a-1', 'b']) await bus.putRule(name)
    const describe = await bus.client.send(new DescribeRuleCommand({ Name: 'b', EventBusName }))
    expect(describe).toMatchObject({ Name: 'b', Arn: arn('rule/runs/b'), EventPattern, State: 'ENABLED' })
    const first = await bus.client.send(new ListRulesCommand({ EventBusName, NamePrefix: 'a', Limit: 1 }))
    expect(first.Rules?.map(({ Name }) => Name)).toEqual(['a-1'])
    const { NextToken } = first
    const second = await bus.client.send(new ListRulesCommand({ EventBusName, NamePrefix: 'a', NextToken }))
    expect([second.Rules?.map(({ Name }) => Name), second.NextToken]).toEqual([['a-2'], undefined])
  })

  test('delivers nothing while it is disabled', async () => {
    await bus.putRule()
    await bus.putTargets('a')
    await bus.client.send(new DisableRuleCommand({ Name: 'ended', EventBusName }))
    await bus.put({ n: 1 })
    await bus.client.send(new EnableRuleCommand({ Name: 'ended', EventBusName }))
    await bus.put({ n: 2 })
    await eventually(() => expect(bus.bodies()).toEqual([{ n: 2 }]))
  })

  test('keeps its targets when PutRule replaces it', async () => {
    await bus.putRule()
    await bus.putTargets('a')
    await bus.putRule()
    await bus.put({ n: 1 })
    await eventually(() => expect(bus.bodies()).toEqual([{ n: 1 }]))
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
      'an invalid pattern',
      () => new PutRuleCommand({ Name: 'x', EventPattern: '{"a":"b"}' }),
      /EventPattern\.a: /,
    ],
    ['an invalid name', () => new PutRuleCommand({ Name: 'a b', EventPattern }), /^Name: must be/],
    [
      'an unknown rule',
      () => new DescribeRuleCommand({ Name: 'x' }),
      /^Rule x does not exist on EventBus default/,
    ],
    ['no targets', () => new PutTargetsCommand({ Rule: 'x', Targets: [] }), /^Targets: /],
  ])('refuses %s with a message', async (_, command, message) => {
    await expect(bus.client.send(command() as PutRuleCommand)).rejects.toMatchObject({
      message: expect.stringMatching(message),
    })
  })

  test('refuses a sixth target, and its deletion while it has targets', async () => {
    await bus.putRule()
    await expect(bus.putTargets('1', '2', '3', '4', '5', '6')).rejects.toMatchObject({
      name: 'LimitExceededException',
    })
    await bus.putTargets('1')
    await expect(bus.client.send(new DeleteRuleCommand({ Name: 'ended', EventBusName }))).rejects.toThrow(
      'Rule ended has targets: remove them with RemoveTargets first.',
    )
  })

  test('is tested with TestEventPattern', async () => {
    const matches = (source: string) =>
      bus.client.send(
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
    expect(await bus.client.send(new DescribeEventBusCommand({ Name: runs.Arn }))).toMatchObject(runs)
    expect(await bus.client.send(new DescribeEventBusCommand({}))).toMatchObject({ Name: 'default' })
    const { EventBuses } = await bus.client.send(new ListEventBusesCommand({}))
    expect(EventBuses).toMatchObject([{ Name: 'default' }, runs])
  })
})

describe('a bus with a data directory', () => {
  test('keeps its rules over a restart, and the deletion of a rule of the template', async () => {
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
        origin,
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
})
