import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dynamoDbPolicies, dynamoDbPolicyHistory } from '../../lib/adapters/dynamodb/policies.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { Policy } from '../../lib/run/policy.ts'
import { t0 } from '../support/runs.ts'
import { defaults } from '../support/starter-world.ts'
import { dynamoDbs, openRunTable, type RunTable } from './run-table.ts'

const fileOf = (project: string) => ({ version: 1, rules: [{ match: { project }, run: {} }] })
const projectOf = ({ rules }: Policy) => rules[0]?.match.project

describe.each(dynamoDbs)('the policy in DynamoDB at $name', ({ environment, isolatesTransactions }) => {
  let table: RunTable
  let nowMs = t0
  beforeAll(async () => {
    table = await openRunTable(environment)
  })
  afterAll(() => table?.close())
  beforeEach(() => {
    nowMs = t0
  })

  const reported: number[] = []
  const bundled = defaults.starter.policy
  const policies = (client = table.client, name = table.name) =>
    dynamoDbPolicies(client, name, {
      bundled,
      now: () => nowMs,
      report: (version) => void reported.push(version),
    })
  const put = (version: number, file: object) =>
    dynamoDbPolicyHistory(table.client, table.name).put({ version, putAtMs: t0, putBy: 'ana', file })

  // The order of these tests matters: they put consecutive versions into one table.
  test('is the bundled file, as version 0, until a version is put', async () => {
    expect(await policies().current()).toEqual({ version: 0, policy: bundled })
  })

  test('is the newest version, read again after half a minute', async () => {
    const one = policies()
    expect((await one.current()).version).toBe(0)
    expect(await put(1, fileOf('first'))).toBe(true)
    nowMs += 29_999
    expect((await one.current()).version).toBe(0)
    nowMs += 1
    const { version, policy } = await one.current()
    expect([version, projectOf(policy)]).toEqual([1, 'first'])
  })

  test('P8: keeps the last good version and reports one that cannot be read', async () => {
    const one = policies()
    expect(await put(2, fileOf('second'))).toBe(true)
    expect((await one.current()).version).toBe(2)
    await put(3, { version: 1, rules: [], fromTheFuture: true })
    await table.client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: marshall({ pk: 'POLICY', sk: 'VERSION#00000004', version: 4, file: 'no json' }),
      }),
    )
    nowMs += 30_000
    expect((await one.current()).version).toBe(2)
    expect((await policies().current()).version).toBe(2)
    expect(reported).toEqual([4, 3, 4, 3])
  })

  test('lists its versions, newest first', async () => {
    const newest = await dynamoDbPolicyHistory(table.client, table.name).newest(10)
    expect(newest.map(({ version }) => version)).toEqual([4, 3, 2, 1])
    expect(newest.at(-1)).toEqual({ version: 1, putAtMs: t0, putBy: 'ana', file: fileOf('first') })
  })

  test('is at most a minute old when the table does not answer', async () => {
    const client = table.newClient()
    const one = policies(client)
    expect((await one.current()).version).toBe(2)
    client.config.endpoint = async () => ({ protocol: 'http:', hostname: '127.0.0.1', port: 1, path: '/' })
    nowMs += 59_999
    expect((await one.current()).version).toBe(2)
    nowMs += 60_000
    await expect(one.current()).rejects.toThrow(PortUnavailable)
    await expect(policies(table.client, 'not-there').current()).rejects.toThrow(PortUnavailable)
  })

  test.runIf(isolatesTransactions)('lets one of several concurrent writers put a version', async () => {
    const won = await Promise.all(['a', 'b', 'c'].map((project) => put(5, fileOf(project))))
    expect(won.filter(Boolean)).toHaveLength(1)
  })
})
