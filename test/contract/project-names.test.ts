import { DataZoneClient } from '@aws-sdk/client-datazone'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dataZoneProjectNames } from '../../lib/adapters/datazone/project-names.ts'
import { type DataZoneServer, startDataZoneServer } from '../../local/datazone/http/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'
import { manualClock } from '../support/manual-clock.ts'
import { minute, t0 } from '../support/runs.ts'

const domainId = 'dzd_sample1234567'
const projectId = 'salesproject01'

/** Names are for people only. No run needs GetProject, so it is called rarely and may fail. */
describe('dataZoneProjectNames', () => {
  let server: DataZoneServer
  let client: DataZoneClient
  beforeEach(async () => {
    server = await startDataZoneServer()
    server.datazone.control.loadCatalogue(sampleWithDataSources(24))
    client = new DataZoneClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    })
  })
  afterEach(async () => {
    client.destroy()
    await server.stop()
  })

  const open = () => {
    const clock = manualClock(t0)
    const names = dataZoneProjectNames(client, () => clock.now())
    return { clock, nameOf: () => names.nameOf(domainId, projectId) }
  }
  const calls = () =>
    Object.values(server.datazone.control.calls().counts['GetProject'] ?? {}).reduce((sum, n) => sum + n, 0)

  test('makes one call for concurrent requests, and no other for an hour', async () => {
    const { clock, nameOf } = open()
    expect(await Promise.all(Array.from({ length: 10 }, nameOf))).toEqual(Array(10).fill('Sales'))
    clock.advance(60 * minute - 1)
    expect(await nameOf()).toBe('Sales')
    expect(calls()).toBe(1)
    clock.advance(1)
    expect(await nameOf()).toBe('Sales')
    expect(calls()).toBe(2)
  })

  test('returns no name if DataZone refuses, and asks again after ten minutes', async () => {
    server.datazone.control.setFaults([
      { kind: 'error', error: 'AccessDeniedException', operation: 'GetProject', times: 1 },
    ])
    const { clock, nameOf } = open()
    expect(await nameOf()).toBeUndefined()
    clock.advance(10 * minute - 1)
    expect(await nameOf()).toBeUndefined()
    expect(calls()).toBe(1)
    clock.advance(1)
    expect(await nameOf()).toBe('Sales')
  })

  test('returns no name if the name in the answer is unreadable', async () => {
    server.datazone.control.setFaults([{ kind: 'unreadable', operation: 'GetProject', fields: { name: 7 } }])
    expect(await open().nameOf()).toBeUndefined()
  })
})
