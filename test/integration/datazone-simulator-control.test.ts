import { GetMetadataGenerationRunCommand, StartMetadataGenerationRunCommand } from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import { sampleCatalogue, sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { startRequest as request, startSimulator, withMessage } from '../support/datazone-simulator.ts'

describe('the control of the simulator', () => {
  const salesSource = { domainIdentifier: sampleDomainId, dataSourceIdentifier: 'glue_salesproject01' }

  test('serves the catalogue, revisions, faults, runs and calls over HTTP as in process', async () => {
    const { sendRequest, client, datazone } = await startSimulator()
    const loaded = await sendRequest('PUT', '/_simulator/catalogue', JSON.stringify(sampleCatalogue(30)))
    expect([loaded.status, loaded.body]).toEqual([200, { domains: 1, assets: 30 }])
    const revision = JSON.stringify({ domainId: sampleDomainId, assetId: 'tpcds_store_sales' })
    expect((await sendRequest('POST', '/_simulator/revisions', revision)).body).toMatchObject({
      revision: '2',
    })
    const faults = '[{"kind":"error","error":"AccessDeniedException","times":1}]'
    expect((await sendRequest('PUT', '/_simulator/faults', faults)).body).toEqual({ faults: 1 })
    const start = new StartMetadataGenerationRunCommand(request)
    await expect(client.send(start)).rejects.toMatchObject({ name: 'AccessDeniedException' })
    await client.send(start)
    expect((await sendRequest('GET', '/_simulator/runs')).body).toMatchObject([
      { assetId: 'tpcds_store_sales', revision: '2' },
    ])
    expect((await sendRequest('GET', '/_simulator/calls')).body).toMatchObject({
      counts: datazone.control.calls().counts,
    })
  })

  test('answers with a 400 that names the field, and with a 404 that lists the routes', async () => {
    const { sendRequest } = await startSimulator()
    const bad = await sendRequest('PUT', '/_simulator/faults', '[{"kind":"slow"}]')
    expect([bad.status, bad.body]).toEqual([400, withMessage('[0].delayMs')])
    const broken = await sendRequest('PUT', '/_simulator/catalogue', 'nonsense')
    expect([broken.status, broken.body]).toEqual([400, withMessage('not JSON')])
    for (const path of ['/_simulator/nothing', '/_simulator/', '/_simulator']) {
      const unknown = await sendRequest('GET', path)
      expect([path, unknown.status, unknown.body]).toEqual([path, 404, withMessage('PUT catalogue')])
    }
    const empty = await sendRequest('PUT', '/_simulator/faults')
    expect([empty.status, empty.body]).toEqual([400, withMessage('nothing was given, expected array')])
    const tooLong = await sendRequest('PUT', '/_simulator/catalogue', ' '.repeat(64 * 2 ** 20 + 1))
    expect([tooLong.status, tooLong.body]).toEqual([413, withMessage('67108864 bytes')])
  })

  test('serves outcomes, events, settings and deletions over HTTP as in process', async () => {
    let nowMs = 1_700_000_000_000
    const { sendRequest, client, datazone } = await startSimulator({ now: () => nowMs })
    const asset = { domainId: sampleDomainId, assetId: 'tpcds_store_sales' }
    const send = async (method: string, path: string, body?: unknown) => {
      const answer = await sendRequest(
        method,
        `/_simulator/${path}`,
        body === undefined ? undefined : JSON.stringify(body),
      )
      expect([path, answer.status]).toEqual([path, 200])
      return answer.body
    }
    const outcome = { target: asset.assetId, outcome: 'failed', durationMs: 1000 }
    expect(await send('PUT', 'outcomes', [outcome])).toEqual({ outcomes: 1 })
    const { id: runId } = await client.send(new StartMetadataGenerationRunCommand(request))
    expect(await send('POST', 'publications', asset)).toMatchObject({ version: '2' })
    const source = { domainId: sampleDomainId, dataSourceId: salesSource.dataSourceIdentifier }
    expect(await send('POST', 'scheduled-runs', source)).toMatchObject({ type: 'SCHEDULED' })
    nowMs += 2000
    const taken = await send('POST', 'events/take')
    expect(taken).toEqual([
      { dueAtMs: expect.any(Number), event: expect.objectContaining({ source: 'aws.datazone' }) },
      {
        dueAtMs: expect.any(Number),
        event: expect.objectContaining({ 'detail-type': 'Data Source Run Triggered' }),
      },
      {
        dueAtMs: expect.any(Number),
        event: expect.objectContaining({ 'detail-type': 'Metadata Generation Failed' }),
      },
    ])
    expect(await send('POST', 'events/take')).toEqual([])
    expect(await send('GET', 'data-source-runs')).toEqual(datazone.control.dataSourceRuns())
    expect(await send('GET', 'settings')).toEqual(datazone.control.settings())
    expect(await send('DELETE', 'runs', { domainId: sampleDomainId, runId })).toEqual({ deleted: runId })
    expect(await send('DELETE', 'tokens')).toEqual({ forgotten: 1 })
    const bad = await sendRequest('PATCH', '/_simulator/settings', '{"speed":0,"nothing":1}')
    expect([bad.status, bad.body]).toEqual([400, withMessage('speed')])
    expect(bad.body).toEqual(withMessage('nothing'))
  })

  test('resets, saves and restores its state, and moves its clock over HTTP', async () => {
    const { sendRequest, client } = await startSimulator({ medianMs: 60_000, sigma: 0 })
    const control = async (method: string, path: string, body?: unknown) => {
      const given = body === undefined ? undefined : JSON.stringify(body)
      const answer = await sendRequest(method, `/_simulator/${path}`, given)
      expect([path, answer.status]).toEqual([path, 200])
      return answer.body
    }
    const { id: identifier } = await client.send(new StartMetadataGenerationRunCommand(request))
    const status = async () => {
      const get = new GetMetadataGenerationRunCommand({ domainIdentifier: sampleDomainId, identifier })
      return (await client.send(get).catch(({ name }) => ({ status: name }))).status
    }
    const state = await control('GET', 'state')
    await control('POST', 'clock', { advanceMs: 61_000 })
    expect(await status()).toBe('SUCCEEDED')
    await control('PUT', 'state', state)
    expect(await status()).toBe('SUBMITTED')
    await control('POST', 'reset')
    expect(await status()).toBe('ResourceNotFoundException')
    expect((await sendRequest('PUT', '/_simulator/state', '{"version":2}')).body).toEqual(
      withMessage('version'),
    )
  })
})
