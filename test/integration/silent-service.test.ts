import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DataZoneClient } from '@aws-sdk/client-datazone'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { timeouts } from '../../functions/timeouts.ts'
import { dataZoneGateway } from '../../lib/adapters/datazone/gateway.ts'

/** Accepts every request. Answers none, or stops in the middle of its answer. */
const silent = createServer((request, response) => {
  if (!request.url?.includes('half-answered')) return
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"id":"run-')
})
let endpoint: string

beforeAll(async () => {
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  endpoint = `http://127.0.0.1:${port}`
})

afterAll(async () => {
  silent.closeAllConnections()
  silent.close()
  await once(silent, 'close')
})

const impatient = { ...timeouts, requestTimeout: 100, socketTimeout: 100 }
const clientWith = (requestHandler: object) =>
  new DataZoneClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler,
  })
const timedOut = { outcome: 'refused', refusal: { kind: 'UNAVAILABLE', definite: false } }

describe('a service that never answers', () => {
  test.each(['run-1', 'half-answered'])('P6: makes a read time out: %s', async (runId) => {
    const client = clientWith(impatient)
    const { getRun } = dataZoneGateway({ starts: client, reads: client })
    expect(await getRun('dzd_silent', runId)).toMatchObject(timedOut)
    client.destroy()
  })

  test.each(['source-1', 'half-answered'])(
    'P1: makes a Start time out at its deadline: %s',
    async (dataSourceId) => {
      const client = clientWith({ connectionTimeout: 1000 })
      const { startSourceRun } = dataZoneGateway({ starts: client, reads: client })
      const input = { domainId: 'dzd_silent', dataSourceId, clientToken: 'token' }
      expect(await startSourceRun(input, 200)).toMatchObject(timedOut)
      client.destroy()
    },
  )
})
