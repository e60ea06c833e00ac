import {
  CancelMetadataGenerationRunCommand,
  GetAssetCommand,
  GetDataSourceRunCommand,
  GetMetadataGenerationRunCommand,
  ListDataSourceRunsCommand,
  paginateListDataSourceRuns,
  paginateListMetadataGenerationRuns,
  StartDataSourceRunCommand,
  StartMetadataGenerationRunCommand,
} from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import { sampleCatalogue, sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import {
  cleanups,
  startRequest as request,
  startSimulator,
  withMessage,
} from '../support/datazone-simulator.ts'

describe('the simulator', () => {
  test('lets the AWS SDK start a run, follow it to its ending, and read its suggestions', async () => {
    let nowMs = 1_700_000_000_250
    const { client } = await startSimulator({ now: () => nowMs })
    const started = await client.send(new StartMetadataGenerationRunCommand(request))
    expect(started).toMatchObject({
      status: 'SUBMITTED',
      types: ['BUSINESS_NAMES'],
      createdAt: new Date(nowMs),
    })
    expect(started.$metadata).toMatchObject({
      httpStatusCode: 200,
      requestId: expect.stringMatching(/.{36}/),
    })
    const get = new GetMetadataGenerationRunCommand({
      domainIdentifier: sampleDomainId,
      identifier: started.id,
    })
    expect(await client.send(get)).toMatchObject({ id: started.id, status: 'SUBMITTED' })
    nowMs += 3_600_000
    expect(await client.send(get)).toMatchObject({
      status: 'SUCCEEDED',
      target: { type: 'ASSET', identifier: 'tpcds_store_sales', revision: '1' },
      typeStats: [{ type: 'BUSINESS_NAMES', status: 'SUCCEEDED' }],
    })
    const asset = new GetAssetCommand({ domainIdentifier: sampleDomainId, identifier: 'tpcds_store_sales' })
    expect((await client.send(asset)).readOnlyFormsOutput).toHaveLength(1)
  })

  test('pages through every run once with the paginator of the AWS SDK', async () => {
    const { client, datazone } = await startSimulator({ startBucket: 100 })
    const [domain] = sampleCatalogue(24).domains
    for (const { id: identifier, projectId } of domain?.assets ?? [])
      datazone.call('StartMetadataGenerationRun', {
        ...request,
        owningProjectIdentifier: projectId,
        target: { type: 'ASSET', identifier },
        clientToken: identifier,
      })
    const seen = []
    const query = { domainIdentifier: sampleDomainId, type: 'BUSINESS_NAMES' as const }
    for await (const page of paginateListMetadataGenerationRuns({ client, pageSize: 7 }, query))
      seen.push(...(page.items ?? []))
    expect(seen.map(({ id }) => id)).toEqual(
      datazone.control
        .runs()
        .map(({ id }) => id)
        .reverse(),
    )
  })

  test('passes every error of the service to the SDK with its name, status and message', async () => {
    const { client, datazone } = await startSimulator({ startBucket: 1, startRatePerSecond: 0.001 })
    const send = () => client.send(new StartMetadataGenerationRunCommand(request))
    const invalid = new GetAssetCommand({ domainIdentifier: 'nope', identifier: 'a' })
    await expect(client.send(invalid)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value at 'domainIdentifier' failed to satisfy constraint"),
      $metadata: { httpStatusCode: 400 },
    })
    datazone.control.setFaults([{ kind: 'error', error: 'ServiceQuotaExceededException' }])
    await expect(send()).rejects.toMatchObject({
      name: 'ServiceQuotaExceededException',
      $metadata: { httpStatusCode: 402 },
    })
    await expect(send()).rejects.toMatchObject({
      name: 'ThrottlingException',
      $metadata: { httpStatusCode: 429 },
    })
  })

  test('breaks the connection at a lost answer, and returns the run to a retry with the same token', async () => {
    const { client, datazone } = await startSimulator()
    datazone.control.setFaults([{ kind: 'lostAnswer', times: 1 }])
    await expect(client.send(new StartMetadataGenerationRunCommand(request))).rejects.toMatchObject({
      code: 'ECONNRESET',
    })
    const { id } = await client.send(new StartMetadataGenerationRunCommand(request))
    expect(datazone.control.runs().map((run) => run.id)).toEqual([id])
  })

  test('starts a run even if the caller gives up on a slow answer', async () => {
    const { client, datazone } = await startSimulator()
    datazone.control.setFaults([{ kind: 'slow', delayMs: 3_600_000 }])
    const abort = new AbortController()
    const answer = client.send(new StartMetadataGenerationRunCommand(request), { abortSignal: abort.signal })
    await expect.poll(() => datazone.control.runs().length).toBe(1)
    abort.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('sends a slow answer after its delay', async () => {
    const { client, datazone } = await startSimulator()
    datazone.control.setFaults([{ kind: 'slow', delayMs: 20 }])
    expect(await client.send(new StartMetadataGenerationRunCommand(request))).toMatchObject({
      status: 'SUBMITTED',
    })
  })

  test('stops at once despite open connections and slow answers, and may be stopped twice', async () => {
    const { client, datazone, stop } = await startSimulator()
    datazone.control.setFaults([{ kind: 'slow', delayMs: 3_600_000 }])
    const answer = client.send(new StartMetadataGenerationRunCommand(request)).catch((error: Error) => error)
    await expect.poll(() => datazone.control.runs().length).toBe(1)
    await stop()
    expect(await answer).toBeInstanceOf(Error)
    await stop()
  })

  test('rejects a port in use with an error that names it', async () => {
    const { endpoint } = await startSimulator()
    const port = Number(new URL(endpoint).port)
    await expect(startDataZoneServer({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is in use`)
  })

  const salesSource = { domainIdentifier: sampleDomainId, dataSourceIdentifier: 'glue_salesproject01' }

  test('delays answers by longer than a timer can wait', async () => {
    const { client, datazone } = await startSimulator()
    const warnings: string[] = []
    const warn = ({ name }: Error) => warnings.push(name)
    process.on('warning', warn)
    cleanups.push(() => process.off('warning', warn))
    const slow = { kind: 'slow', delayMs: 2 ** 31 - 1, times: 1 } as const
    datazone.control.setFaults([slow, slow])
    const send = () => client.send(new ListDataSourceRunsCommand(salesSource))
    const answers: unknown[] = []
    void send().then(
      (answer) => answers.push(answer),
      () => undefined,
    )
    await expect.poll(() => datazone.control.calls().counts['ListDataSourceRuns']).toEqual({ ok: 1 })
    for (let call = 0; call < 5; call += 1) await send()
    expect([answers, warnings]).toEqual([[], []])
  })

  test('refuses raw requests that no SDK sends, with a clear message', async () => {
    const { sendRequest } = await startSimulator()
    const runs = `/v2/domains/${sampleDomainId}/metadata-generation-runs`
    const refused = async (method: string, path: string, body?: string) => {
      const answer = await sendRequest(method, path, body)
      return [answer.status, answer.headers.get('x-amzn-errortype'), answer.body]
    }
    expect(await refused('POST', runs, '{')).toEqual([400, 'SerializationException', withMessage('not JSON')])
    expect(await refused('POST', runs, '[]')).toEqual([
      400,
      'ValidationException',
      withMessage("Value at 'body'"),
    ])
    expect(await refused('POST', runs)).toEqual([400, 'ValidationException', withMessage("'target'")])
    expect(await refused('GET', `${runs}?maxResults=many`)).toEqual([
      400,
      'ValidationException',
      withMessage("'maxResults'"),
    ])
    expect(await refused('PUT', runs)).toEqual([404, 'UnknownOperationException', withMessage('PUT')])
    expect(await refused('GET', '//')).toEqual([404, 'UnknownOperationException', withMessage('GET //')])
    const tooLong = `"${'x'.repeat(64 * 2 ** 20)}"`
    expect(await refused('POST', runs, tooLong)).toEqual([
      413,
      'RequestEntityTooLargeException',
      withMessage('67108864 bytes'),
    ])
  })

  test('cancels a run for the AWS SDK, and refuses to cancel an ended one', async () => {
    const { client } = await startSimulator()
    const { id: identifier } = await client.send(new StartMetadataGenerationRunCommand(request))
    const run = { domainIdentifier: sampleDomainId, identifier }
    await client.send(new CancelMetadataGenerationRunCommand(run))
    expect(await client.send(new GetMetadataGenerationRunCommand(run))).toMatchObject({ status: 'CANCELED' })
    await expect(client.send(new CancelMetadataGenerationRunCommand(run))).rejects.toMatchObject({
      name: 'ConflictException',
      $metadata: { httpStatusCode: 409 },
    })
  })

  test('lets the AWS SDK start data source runs, follow them to their ending, and read their times', async () => {
    let nowMs = 1_700_000_000_250
    const { client, datazone } = await startSimulator({ now: () => nowMs })
    const ids = []
    for (let run = 0; run < 3; run += 1) {
      const started = await client.send(
        new StartDataSourceRunCommand({ ...salesSource, clientToken: `${run}` }),
      )
      expect(started).toMatchObject({ status: 'REQUESTED', type: 'PRIORITIZED', createdAt: new Date(nowMs) })
      ids.push(started.id)
      nowMs += 3_600_000
    }
    const get = { domainIdentifier: sampleDomainId, identifier: ids[0] }
    const [actual] = datazone.control.dataSourceRuns()
    expect(await client.send(new GetDataSourceRunCommand(get))).toMatchObject({
      status: 'SUCCESS',
      stoppedAt: new Date(actual?.endsAtMs ?? 0),
      updatedAt: new Date(actual?.lineageEndsAtMs ?? 0),
      runStatisticsForAssets: { added: expect.any(Number), failed: 0 },
      lineageSummary: { importStatus: 'SUCCESS' },
    })
    const seen = []
    for await (const page of paginateListDataSourceRuns({ client, pageSize: 2 }, salesSource))
      seen.push(...(page.items ?? []))
    expect(seen.map(({ id }) => id)).toEqual(ids.toReversed())
    expect(seen[0]?.createdAt).toBeInstanceOf(Date)
  })

  test('answers the AWS SDK with unknown fields, and in the shape of the older generation', async () => {
    const { client, sendRequest } = await startSimulator()
    const change = '{"unknownFields":true,"apiGeneration":"older"}'
    expect((await sendRequest('PATCH', '/_simulator/settings', change)).body).toMatchObject({
      unknownFields: true,
    })
    const { id: identifier, ...started } = await client.send(
      new StartMetadataGenerationRunCommand({ ...request, types: undefined, type: 'BUSINESS_DESCRIPTIONS' }),
    )
    expect(started).toMatchObject({ type: 'BUSINESS_DESCRIPTIONS', status: 'SUBMITTED' })
    expect(started.types).toBeUndefined()
    const path = `/v2/domains/${sampleDomainId}/metadata-generation-runs/${identifier}`
    expect((await sendRequest('GET', path)).body).toMatchObject({
      addedByALaterVersion: {},
      target: { addedByALaterVersion: {} },
    })
  })

  test('refuses the AWS SDK a Start with types alone in the older generation', async () => {
    const { client, datazone } = await startSimulator({ apiGeneration: 'older' })
    await expect(client.send(new StartMetadataGenerationRunCommand(request))).rejects.toMatchObject({
      name: 'ValidationException',
      ...withMessage("Value at 'type' failed to satisfy constraint: Member must not be null"),
      $metadata: { httpStatusCode: 400 },
    })
    expect(datazone.control.runs()).toEqual([])
  })
})
