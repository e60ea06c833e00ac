import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dynamoDbSwitches } from '../../lib/adapters/dynamodb/switches.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import { dynamoDbs, openRunTable, type RunTable, unsafeNumbers, withItem } from './run-table.ts'

describe.each(dynamoDbs)('switches in DynamoDB at $name', ({ environment }) => {
  let table: RunTable
  let nowMs = 0
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())

  const reportingSwitches = () => {
    const reported: unknown[] = []
    const report = (...all: readonly unknown[]) => reported.push(all)
    return { reported, switches: dynamoDbSwitches(table.client, table.name, () => nowMs, report) }
  }

  const put = (domain: string, sk: string, fields: Readonly<Record<string, unknown>>) =>
    table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: marshall({ pk: `SWITCH#${domain}`, sk, ...fields }),
      }),
    )
  const switches = () => dynamoDbSwitches(table.client, table.name, () => nowMs)

  test('pauses nothing by default', async () => {
    expect(await switches().pauseOf('dzd_a', 'p1')).toBeUndefined()
  })

  test('pauses a project or a whole domain, and returns who paused it and why', async () => {
    await put('dzd_b', 'PROJECT#p1', { paused: true, reason: 'migration', pausedBy: 'ops' })
    expect(await switches().pauseOf('dzd_b', 'p1')).toEqual({ reason: 'migration', pausedBy: 'ops' })
    expect(await switches().pauseOf('dzd_b', 'p2')).toBeUndefined()
    await put('dzd_b', 'DOMAIN', { paused: true })
    expect(await switches().pauseOf('dzd_b', 'p2')).toEqual({})
    expect(await switches().pauseOf('dzd_c', 'p1')).toBeUndefined()
  })

  test('resumes only for paused: false, and pauses for any malformed value', async () => {
    await put('dzd_d', 'DOMAIN', { paused: 'false', reason: 7, pausedBy: ['ops'] })
    expect(await switches().pauseOf('dzd_d', 'p1')).toEqual({})
    await put('dzd_d', 'DOMAIN', { paused: false })
    expect(await switches().pauseOf('dzd_d', 'p1')).toBeUndefined()
  })

  test('reads switches again after 30 s, and not before', async () => {
    const one = switches()
    expect(await one.pauseOf('dzd_e', 'p1')).toBeUndefined()
    await put('dzd_e', 'DOMAIN', { paused: true })
    nowMs += 29_999
    expect(await one.pauseOf('dzd_e', 'p1')).toBeUndefined()
    nowMs += 1
    expect(await one.pauseOf('dzd_e', 'p1')).toEqual({})
  })

  test('reads a pause again after a second, so that parked requests continue with the next sweep', async () => {
    const one = switches()
    await put('dzd_h', 'PROJECT#p1', { paused: true })
    expect(await one.pauseOf('dzd_h', 'p1')).toEqual({})
    await put('dzd_h', 'PROJECT#p1', { paused: false })
    nowMs += 999
    expect(await one.pauseOf('dzd_h', 'p1')).toEqual({})
    nowMs += 1
    expect(await one.pauseOf('dzd_h', 'p1')).toBeUndefined()
  })

  test('throws if the table does not answer, and reads it again the next time', async () => {
    const missing = dynamoDbSwitches(table.client, `${table.name}-not-there`, () => nowMs)
    await expect(missing.pauseOf('dzd_f', 'p1')).rejects.toThrow(PortUnavailable)
    const client = table.newClient()
    const { endpoint } = client.config
    if (endpoint === undefined) throw new Error('the client should have an endpoint')
    const again = dynamoDbSwitches(client, table.name, () => nowMs)
    client.config.endpoint = async () => ({ protocol: 'http:', hostname: '127.0.0.1', port: 1, path: '/' })
    await expect(again.pauseOf('dzd_f', 'p1')).rejects.toThrow(PortUnavailable)
    client.config.endpoint = endpoint
    expect(await again.pauseOf('dzd_f', 'p1')).toBeUndefined()
  })

  test('reads more than a page of switches', async () => {
    const reason = 'x'.repeat(390_000)
    for (const project of ['p1', 'p2', 'p3', 'p4']) {
      await put('dzd_g', `PROJECT#${project}`, { paused: true, reason })
    }
    expect(await switches().pauseOf('dzd_g', 'p4')).toEqual({ reason })
  })

  test.each(unsafeNumbers)('P8: pauses a project whose switch holds the number %s', async (N) => {
    const pk = { S: 'SWITCH#dzd_a' }
    await withItem(table, { pk, sk: { S: 'PROJECT#p1' }, paused: { N }, reason: { N } }, async () => {
      expect(await switches().pauseOf('dzd_a', 'p1')).toEqual({})
      expect(await switches().pauseOf('dzd_a', 'p2')).toBeUndefined()
    })
  })

  test.each(['domain', 'PROJECT', 'PROJECT#', 'PROJECT# p1', 'p1', 'ASSET#a'])(
    'P8: ignores and reports a switch with the sort key %j',
    async (sk) => {
      const { switches, reported } = reportingSwitches()
      await withItem(table, marshall({ pk: 'SWITCH#dzd_i', sk, paused: true }), async () => {
        expect(await switches.pauseOf('dzd_i', 'p1')).toBeUndefined()
        // The project of an event may not be known yet.
        expect(await switches.pauseOf('dzd_i', '')).toBeUndefined()
      })
      expect(reported).toEqual([
        [{ pk: 'SWITCH#dzd_i', sk }, expect.stringContaining('PROJECT# and the project id')],
      ])
    },
  )

  test('does not report a correct switch', async () => {
    const { switches, reported } = reportingSwitches()
    await withItem(table, marshall({ pk: 'SWITCH#dzd_j', sk: 'PROJECT#p1', paused: true }), async () => {
      expect(await switches.pauseOf('dzd_j', 'p1')).toEqual({})
    })
    expect(reported).toEqual([])
  })
})
