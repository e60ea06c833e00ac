import {
  DataZoneClient,
  GetAssetCommand,
  GetMetadataGenerationRunCommand,
  paginateListMetadataGenerationRuns,
  StartMetadataGenerationRunCommand,
  type StartMetadataGenerationRunInput,
} from '@aws-sdk/client-datazone'
import { afterEach, expect, test } from 'vitest'
import { sampleCatalogue, sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { type DataZoneServerOptions, startDataZoneServer } from '../../local/datazone/server.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const startSimulator = async (options: DataZoneServerOptions = {}) => {
  const server = await startDataZoneServer({ seed: 'test', failureShare: 0, ...options })
  const client = new DataZoneClient({
    endpoint: server.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  cleanups.push(server.stop, () => client.destroy())
  server.datazone.control.loadCatalogue(sampleCatalogue(24))
  const ask = async (method: string, path: string, body?: string) => {
    const answer = await fetch(`${server.endpoint}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  return { ...server, client, ask }
}

const request: StartMetadataGenerationRunInput = {
  domainIdentifier: sampleDomainId,
  owningProjectIdentifier: 'salesproject01',
  target: { type: 'ASSET', identifier: 'tpcds_store_sales' },
  types: ['BUSINESS_NAMES'],
  clientToken: 'token',
}

test('the AWS SDK starts a run, follows it to its ending, and reads what it suggested', async () => {
  let nowMs = 1_700_000_000_250
  const { client } = await startSimulator({ now: () => nowMs })
  const started = await client.send(new StartMetadataGenerationRunCommand(request))
  expect(started).toMatchObject({
    status: 'SUBMITTED',
    types: ['BUSINESS_NAMES'],
    createdAt: new Date(nowMs),
  })
  expect(started.$metadata).toMatchObject({ httpStatusCode: 200, requestId: expect.stringMatching(/.{36}/) })
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

test('the paginator of the AWS SDK goes through every run once', async () => {
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

test('every error of the service reaches the SDK by its name, status and message', async () => {
  const { client, datazone } = await startSimulator({ startBucket: 1, startRatePerSecond: 0.001 })
  const send = () => client.send(new StartMetadataGenerationRunCommand(request))
  const badList = new GetAssetCommand({ domainIdentifier: 'nope', identifier: 'a' })
  await expect(client.send(badList)).rejects.toMatchObject({
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

test('a lost answer is a broken connection after the effect, and a retry with the same token finds the run', async () => {
  const { client, datazone } = await startSimulator()
  datazone.control.setFaults([{ kind: 'lostAnswer', times: 1 }])
  await expect(client.send(new StartMetadataGenerationRunCommand(request))).rejects.toMatchObject({
    code: 'ECONNRESET',
  })
  const { id } = await client.send(new StartMetadataGenerationRunCommand(request))
  expect(datazone.control.runs().map((run) => run.id)).toEqual([id])
})

test('a caller that gives up on a slow answer has started the run all the same', async () => {
  const { client, datazone } = await startSimulator()
  datazone.control.setFaults([{ kind: 'slow', delayMs: 3_600_000 }])
  const abort = new AbortController()
  const answer = client.send(new StartMetadataGenerationRunCommand(request), { abortSignal: abort.signal })
  await expect.poll(() => datazone.control.runs().length).toBe(1)
  abort.abort()
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' })
})

test('a slow answer comes in the end', async () => {
  const { client, datazone } = await startSimulator()
  datazone.control.setFaults([{ kind: 'slow', delayMs: 20 }])
  expect(await client.send(new StartMetadataGenerationRunCommand(request))).toMatchObject({
    status: 'SUBMITTED',
  })
})

test('stop ends at once, with connections and slow answers open, and twice', async () => {
  const { client, datazone, stop } = await startSimulator()
  datazone.control.setFaults([{ kind: 'slow', delayMs: 3_600_000 }])
  const answer = client.send(new StartMetadataGenerationRunCommand(request)).catch((error: Error) => error)
  await expect.poll(() => datazone.control.runs().length).toBe(1)
  await stop()
  expect(await answer).toBeInstanceOf(Error)
  await stop()
})

test('a port that is taken is an error that says so', async () => {
  const { endpoint } = await startSimulator()
  const port = Number(new URL(endpoint).port)
  await expect(startDataZoneServer({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`)
})

const saying = (text: string) => ({ message: expect.stringContaining(text) })

test('raw requests that no SDK sends get a clear refusal', async () => {
  const { ask } = await startSimulator()
  const runs = `/v2/domains/${sampleDomainId}/metadata-generation-runs`
  const refused = async (method: string, path: string, body?: string) => {
    const answer = await ask(method, path, body)
    return [answer.status, answer.headers.get('x-amzn-errortype'), answer.body]
  }
  expect(await refused('POST', runs, '{')).toEqual([400, 'ValidationException', saying('not JSON')])
  expect(await refused('POST', runs, '[]')).toEqual([400, 'ValidationException', saying("Value at 'body'")])
  expect(await refused('POST', runs)).toEqual([400, 'ValidationException', saying("'target'")])
  expect(await refused('GET', `${runs}?maxResults=many`)).toEqual([
    400,
    'ValidationException',
    saying("'maxResults'"),
  ])
  expect(await refused('PUT', runs)).toEqual([404, 'UnknownOperationException', saying('PUT')])
})

test('the control over HTTP does what it does in process', async () => {
  const { ask, client, datazone } = await startSimulator()
  const loaded = await ask('PUT', '/_simulator/catalogue', JSON.stringify(sampleCatalogue(30)))
  expect([loaded.status, loaded.body]).toEqual([200, { domains: 1, assets: 30 }])
  const revision = JSON.stringify({ domainId: sampleDomainId, assetId: 'tpcds_store_sales' })
  expect((await ask('POST', '/_simulator/revisions', revision)).body).toMatchObject({ revision: '2' })
  const faults = '[{"kind":"error","error":"AccessDeniedException","times":1}]'
  expect((await ask('PUT', '/_simulator/faults', faults)).body).toEqual({ faults: 1 })
  const start = new StartMetadataGenerationRunCommand(request)
  await expect(client.send(start)).rejects.toMatchObject({ name: 'AccessDeniedException' })
  await client.send(start)
  expect((await ask('GET', '/_simulator/runs')).body).toMatchObject([
    { assetId: 'tpcds_store_sales', revision: '2' },
  ])
  expect((await ask('GET', '/_simulator/calls')).body).toMatchObject({
    counts: datazone.control.calls().counts,
  })
})

test('the control answers 400 naming the field, and 404 naming what there is', async () => {
  const { ask } = await startSimulator()
  const bad = await ask('PUT', '/_simulator/faults', '[{"kind":"slow"}]')
  expect([bad.status, bad.body]).toEqual([400, saying('[0].delayMs')])
  const broken = await ask('PUT', '/_simulator/catalogue', 'nonsense')
  expect([broken.status, broken.body]).toEqual([400, saying('not JSON')])
  const nowhere = await ask('GET', '/_simulator/nothing')
  expect([nowhere.status, nowhere.body]).toEqual([404, saying('PUT catalogue')])
})
