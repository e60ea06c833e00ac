import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { DataZoneClient } from '@aws-sdk/client-datazone'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { timeouts } from '../../functions/wiring.ts'
import { dataZoneGateway } from '../../lib/adapters/datazone/gateway.ts'

/** Takes every request, and answers none. */
const silent = createServer(() => {})
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

it('P6: a service that takes a call and never answers it does not hold up the sweep', async () => {
  const client = new DataZoneClient({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    requestHandler: { ...timeouts, requestTimeout: 100 },
  })
  const { getRun } = dataZoneGateway({ starts: client, reads: client })
  expect(await getRun('dzd_silent', 'run-1')).toMatchObject({
    outcome: 'refused',
    refusal: { kind: 'UNAVAILABLE', definite: false },
  })
  client.destroy()
})
