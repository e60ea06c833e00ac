import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DataZoneClient } from '@aws-sdk/client-datazone'
import { STSClient } from '@aws-sdk/client-sts'
import { afterEach, describe, expect, test } from 'vitest'
import { dataZoneGateway } from '../../lib/adapters/datazone/gateway.ts'
import { catalogSession } from '../../lib/adapters/sts/catalog-session.ts'
import { type AssumeRoleAnswer, startFakeSts } from '../support/fake-sts.ts'

const roleArn = 'arn:aws:iam::111122223333:role/catalog'
const minute = 60_000
const hour = 60 * minute

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** Opens a session whose clock and STS answers the test sets. `reports` holds each failed AssumeRole. */
const sessionWith = async (first: AssumeRoleAnswer, startMs = 0) => {
  const state = { nowMs: startMs, answer: first }
  const sts = await startFakeSts(() => state.answer)
  const client = new STSClient({
    region: 'eu-west-1',
    endpoint: sts.endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  closing.push(sts.close, () => client.destroy())
  const reports: [string, boolean][] = []
  const provide = catalogSession({
    sts: client,
    roleArn,
    sessionName: 'starter',
    now: () => state.nowMs,
    report: (error, isDenied) => reports.push([error, isDenied]),
  })
  return { state, provide, reports, received: sts.received }
}

const throttled: AssumeRoleAnswer = { error: 'Throttling', status: 400 }
const denied: AssumeRoleAnswer = { error: 'AccessDenied', status: 403 }

describe('the session of the catalog role', () => {
  test('is opened once for concurrent callers, under the name of the function', async () => {
    const { provide, received } = await sessionWith({ expiresAtMs: hour })
    const sessions = await Promise.all([provide(), provide(), provide()])
    expect(sessions.map(({ accessKeyId }) => accessKeyId)).toEqual(['ASIA1', 'ASIA1', 'ASIA1'])
    expect(received.map((form) => [form.get('RoleArn'), form.get('RoleSessionName')])).toEqual([
      [roleArn, 'starter'],
    ])
  })

  test('is used until ten minutes before it expires, and then renewed', async () => {
    const { state, provide, received } = await sessionWith({ expiresAtMs: hour })
    await provide()
    state.nowMs = 49 * minute
    await provide()
    expect(received).toHaveLength(1)
    state.nowMs = 51 * minute
    state.answer = { expiresAtMs: 2 * hour }
    expect((await provide()).accessKeyId).toBe('ASIA2')
  })

  test('stays in use until its last minute while renewals fail', async () => {
    const { state, provide, reports } = await sessionWith({ expiresAtMs: hour })
    await provide()
    state.answer = throttled
    state.nowMs = 58 * minute
    expect((await provide()).accessKeyId).toBe('ASIA1')
    expect(reports).toEqual([['Throttling', false]])
    state.nowMs = hour - minute
    await expect(provide()).rejects.toThrow(`${roleArn} could not be assumed (Throttling: answered`)
  })

  test('is requested again after a failure', async () => {
    const { state, provide } = await sessionWith(throttled)
    await expect(provide()).rejects.toThrow('Throttling')
    state.answer = { expiresAtMs: hour }
    expect((await provide()).accessKeyId).toBe('ASIA2')
  })
})

/** Starts a DataZone that shows every run as SUBMITTED. `keys` holds the access key that signed each call. */
const startDataZone = async () => {
  const keys: string[] = []
  const server = createServer((request, response) => {
    keys.push(/Credential=(\w+)\//.exec(request.headers.authorization ?? '')?.[1] ?? 'none')
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ domainId: 'dzd_orders', id: 'run-1', status: 'SUBMITTED' }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, keys }
}

const gatewayWith = async (first: AssumeRoleAnswer) => {
  const session = await sessionWith(first, Date.now())
  const { endpoint, keys } = await startDataZone()
  const clientOf = () => {
    const client = new DataZoneClient({ region: 'eu-west-1', endpoint, credentials: session.provide })
    closing.push(() => client.destroy())
    return client
  }
  const datazone = dataZoneGateway({ starts: clientOf(), reads: clientOf() })
  return { ...session, datazone, keys }
}

const source = { domainId: 'dzd_orders', dataSourceId: 'source-1', clientToken: 'token' }

describe('a call to DataZone', () => {
  test('shares one session with the calls of the other client', async () => {
    const { datazone, keys, received } = await gatewayWith({ expiresAtMs: Date.now() + hour })
    expect(await datazone.getRun('dzd_orders', 'run-1')).toMatchObject({ outcome: 'answered' })
    expect(await datazone.startSourceRun(source, minute)).toMatchObject({ outcome: 'answered' })
    expect(keys).toEqual(['ASIA1', 'ASIA1'])
    expect(received).toHaveLength(1)
  })

  test('renews a session that is about to expire, without a refused call', async () => {
    const { state, datazone, keys } = await gatewayWith({ expiresAtMs: Date.now() + 4 * minute })
    await datazone.getRun('dzd_orders', 'run-1')
    state.answer = { expiresAtMs: Date.now() + hour }
    await datazone.getRun('dzd_orders', 'run-1')
    expect(new Set(keys).size).toBe(2)
  })

  test('is refused as denied, and not sent, if the role may not be assumed', async () => {
    const { datazone, keys, reports } = await gatewayWith(denied)
    const answer = await datazone.startSourceRun(source, minute)
    expect(answer).toMatchObject({
      outcome: 'refused',
      refusal: { kind: 'DENIED', definite: true, name: 'CatalogRoleDenied' },
    })
    expect(JSON.stringify(answer)).toContain('its trust policy must name their roles')
    expect(keys).toEqual([])
    expect(reports).toEqual([['AccessDenied', true]])
  })

  test.each<[string, AssumeRoleAnswer]>([
    ['throttles the function', throttled],
    ['fails', { error: 'InternalFailure', status: 500 }],
    ["finds the function's credentials expired", { error: 'ExpiredToken', status: 403 }],
  ])('is retried later if STS %s', async (_, first) => {
    const { datazone, keys } = await gatewayWith(first)
    expect(await datazone.startSourceRun(source, minute)).toMatchObject({
      refusal: { kind: 'UNAVAILABLE', definite: true, name: 'CatalogRoleUnavailable' },
    })
    expect(keys).toEqual([])
  })
})
