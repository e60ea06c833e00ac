import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
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
import { pumpEvents } from '../../local/datazone/control/event-pump.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'
import {
  cleanups,
  clientOf,
  startRequest as request,
  saying,
  startSimulator,
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

  test('breaks the connection of a lost answer, and a retry with the same token finds the run', async () => {
    const { client, datazone } = await startSimulator()
    datazone.control.setFaults([{ kind: 'lostAnswer', times: 1 }])
    await expect(client.send(new StartMetadataGenerationRunCommand(request))).rejects.toMatchObject({
      code: 'ECONNRESET',
    })
    const { id } = await client.send(new StartMetadataGenerationRunCommand(request))
    expect(datazone.control.runs().map((run) => run.id)).toEqual([id])
  })

  test('starts the run of a caller that gives up on a slow answer', async () => {
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

  test('stops at once with connections and slow answers open, and a second time', async () => {
    const { client, datazone, stop } = await startSimulator()
    datazone.control.setFaults([{ kind: 'slow', delayMs: 3_600_000 }])
    const answer = client.send(new StartMetadataGenerationRunCommand(request)).catch((error: Error) => error)
    await expect.poll(() => datazone.control.runs().length).toBe(1)
    await stop()
    expect(await answer).toBeInstanceOf(Error)
    await stop()
  })

  test('rejects a taken port with an error that names it', async () => {
    const { endpoint } = await startSimulator()
    const port = Number(new URL(endpoint).port)
    await expect(startDataZoneServer({ port })).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`)
  })

  const salesSource = { domainIdentifier: sampleDomainId, dataSourceIdentifier: 'glue_salesproject01' }

  test('delays answers by more than a timer takes', async () => {
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
    const { ask } = await startSimulator()
    const runs = `/v2/domains/${sampleDomainId}/metadata-generation-runs`
    const refused = async (method: string, path: string, body?: string) => {
      const answer = await ask(method, path, body)
      return [answer.status, answer.headers.get('x-amzn-errortype'), answer.body]
    }
    expect(await refused('POST', runs, '{')).toEqual([400, 'SerializationException', saying('not JSON')])
    expect(await refused('POST', runs, '[]')).toEqual([400, 'ValidationException', saying("Value at 'body'")])
    expect(await refused('POST', runs)).toEqual([400, 'ValidationException', saying("'target'")])
    expect(await refused('GET', `${runs}?maxResults=many`)).toEqual([
      400,
      'ValidationException',
      saying("'maxResults'"),
    ])
    expect(await refused('PUT', runs)).toEqual([404, 'UnknownOperationException', saying('PUT')])
    expect(await refused('GET', '//')).toEqual([404, 'UnknownOperationException', saying('GET //')])
    const tooLong = `"${'x'.repeat(64 * 2 ** 20)}"`
    expect(await refused('POST', runs, tooLong)).toEqual([
      413,
      'RequestEntityTooLargeException',
      saying('67108864 bytes'),
    ])
  })

  test('serves the control over HTTP as in process', async () => {
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

  test('answers the control with a 400 that names the field, and a 404 that lists the routes', async () => {
    const { ask } = await startSimulator()
    const bad = await ask('PUT', '/_simulator/faults', '[{"kind":"slow"}]')
    expect([bad.status, bad.body]).toEqual([400, saying('[0].delayMs')])
    const broken = await ask('PUT', '/_simulator/catalogue', 'nonsense')
    expect([broken.status, broken.body]).toEqual([400, saying('not JSON')])
    for (const path of ['/_simulator/nothing', '/_simulator/', '/_simulator']) {
      const nowhere = await ask('GET', path)
      expect([path, nowhere.status, nowhere.body]).toEqual([path, 404, saying('PUT catalogue')])
    }
    const empty = await ask('PUT', '/_simulator/faults')
    expect([empty.status, empty.body]).toEqual([400, saying('nothing was given, expected array')])
    const tooLong = await ask('PUT', '/_simulator/catalogue', ' '.repeat(64 * 2 ** 20 + 1))
    expect([tooLong.status, tooLong.body]).toEqual([413, saying('67108864 bytes')])
  })

  test('cancels a run for the AWS SDK, and refuses when it is too late', async () => {
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
    const [truth] = datazone.control.dataSourceRuns()
    expect(await client.send(new GetDataSourceRunCommand(get))).toMatchObject({
      status: 'SUCCESS',
      stoppedAt: new Date(truth?.endsAtMs ?? 0),
      updatedAt: new Date(truth?.lineageEndsAtMs ?? 0),
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
    const { client, ask } = await startSimulator()
    const change = '{"unknownFields":true,"apiGeneration":"older"}'
    expect((await ask('PATCH', '/_simulator/settings', change)).body).toMatchObject({ unknownFields: true })
    const { id: identifier, ...started } = await client.send(
      new StartMetadataGenerationRunCommand({ ...request, types: undefined, type: 'BUSINESS_DESCRIPTIONS' }),
    )
    expect(started).toMatchObject({ type: 'BUSINESS_DESCRIPTIONS', status: 'SUBMITTED' })
    expect(started.types).toBeUndefined()
    const path = `/v2/domains/${sampleDomainId}/metadata-generation-runs/${identifier}`
    expect((await ask('GET', path)).body).toMatchObject({
      addedByALaterVersion: {},
      target: { addedByALaterVersion: {} },
    })
  })

  test('refuses the AWS SDK a Start with types alone in the older generation', async () => {
    const { client, datazone } = await startSimulator({ apiGeneration: 'older' })
    await expect(client.send(new StartMetadataGenerationRunCommand(request))).rejects.toMatchObject({
      name: 'ValidationException',
      ...saying("Value at 'type' failed to satisfy constraint: Member must not be null"),
      $metadata: { httpStatusCode: 400 },
    })
    expect(datazone.control.runs()).toEqual([])
  })

  test('serves the rest of the control over HTTP as in process', async () => {
    let nowMs = 1_700_000_000_000
    const { ask, client, datazone } = await startSimulator({ now: () => nowMs })
    const asset = { domainId: sampleDomainId, assetId: 'tpcds_store_sales' }
    const send = async (method: string, path: string, body?: unknown) => {
      const answer = await ask(
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
    const bad = await ask('PATCH', '/_simulator/settings', '{"speed":0,"nothing":1}')
    expect([bad.status, bad.body]).toEqual([400, saying('speed')])
    expect(bad.body).toEqual(saying('nothing'))
  })

  test('resets, saves and restores its state, and moves its clock over HTTP', async () => {
    const { ask, client } = await startSimulator({ medianMs: 60_000, sigma: 0 })
    const control = async (method: string, path: string, body?: unknown) => {
      const given = body === undefined ? undefined : JSON.stringify(body)
      const answer = await ask(method, `/_simulator/${path}`, given)
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
    expect((await ask('PUT', '/_simulator/state', '{"version":2}')).body).toEqual(saying('version'))
  })

  const openBus = async () => {
    const bus = await startEventBridge({
      buses: {},
      rules: [],
      origin: { region: 'us-east-1', account: '000000000000' },
      deliver: async () => {},
      log: () => {},
    })
    cleanups.push(bus.close)
    return bus
  }

  test('delivers pumped events one by one, and loses only the one that fails', async () => {
    const { datazone } = await startSimulator({ eventDelayMs: 0 })
    const [handed, failed]: [unknown[], unknown[]] = [[], []]
    const pump = pumpEvents(
      datazone.control,
      async (event) => {
        handed.push(event.detail.data['assetId'])
        if (handed.length === 1) throw new Error('no bus')
      },
      { everyMs: 1, failed: (error) => failed.push(error) },
    )
    cleanups.push(pump.stop)
    for (const assetId of ['tpcds_store_sales', 'tpcds_item'])
      datazone.control.publishAsset({ domainId: sampleDomainId, assetId })
    await expect.poll(() => handed).toEqual(['tpcds_store_sales', 'tpcds_item'])
    expect(failed).toEqual([new Error('no bus')])
    await pump.stop()
    datazone.control.publishAsset({ domainId: sampleDomainId, assetId: 'tpcds_item' })
    await expect.poll(() => datazone.control.takeEvents().length).toBe(1)
  })

  /** The simulator as its own process, once it has printed its endpoint, or has ended. */
  const command = async (...args: string[]) => {
    const child = spawn(process.execPath, ['local/simulator.ts', ...args])
    const errors = text(child.stderr)
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    cleanups.push(() => child.kill('SIGKILL'))
    let said = ''
    const endpoint = await new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk) => {
        said += chunk
        const [, found] = /endpoint +(http\S+)\n/.exec(said) ?? []
        if (found !== undefined && said.includes('Ctrl-C')) resolve(found)
      })
      void ended.then(() => resolve(''))
    })
    return { child, endpoint, ended, errors, said: () => said }
  }

  test('runs as a command with a catalogue of its own, and posts its events to the local bus', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'simulator-'))
    cleanups.push(() => rm(directory, { recursive: true }))
    const file = join(directory, 'catalogue.json')
    await writeFile(file, JSON.stringify(sampleWithDataSources(3)))
    const bus = await openBus()
    const flags = [
      '--port',
      '0',
      '--seed',
      '7',
      '--speed',
      '1000',
      '--list-order',
      'random',
      '--set',
      'eventDelayMs=0',
    ]
    const { child, endpoint, ended } = await command(
      ...flags,
      '--catalogue',
      file,
      '--events-to',
      bus.endpoint,
    )
    const settings = await (await fetch(`${endpoint}/_simulator/settings`)).json()
    expect(settings).toMatchObject({ speed: 1000, listOrder: 'random', eventDelayMs: 0 })
    const client = clientOf(endpoint)
    cleanups.push(() => client.destroy())
    const runs = `/v2/domains/${sampleDomainId}/metadata-generation-runs`
    expect((await fetch(`${endpoint}${runs}`)).status).toBe(200)
    await client.send(new StartDataSourceRunCommand(salesSource))
    await expect
      .poll(() => bus.archive('default').map(({ event }) => event['detail-type']))
      .toEqual(['Data Source Run Triggered', expect.stringMatching(/^Data Source Run (Succeeded|Failed)$/)])
    child.kill('SIGINT')
    expect(await ended).toBe(0)
  })

  test('reports events that cannot be posted once, with the reason', async () => {
    const bus = await startDataZoneServer()
    await bus.stop()
    const { child, endpoint, ended, errors } = await command(
      '--port',
      '0',
      '--set',
      'eventDelayMs=0',
      '--events-to',
      bus.endpoint,
    )
    const asset = JSON.stringify({ domainId: sampleDomainId, assetId: 'tpcds_item' })
    const printed: string[] = []
    child.stderr.on('data', (chunk) => printed.push(String(chunk)))
    for (let time = 0; time < 3; time += 1)
      await fetch(`${endpoint}/_simulator/publications`, { method: 'POST', body: asset })
    await expect.poll(() => printed.length).toBeGreaterThan(0)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    const { origin } = new URL(bus.endpoint)
    const lines = (await errors).trimEnd().split('\n')
    expect(lines).toEqual([
      expect.stringMatching(`^events do not reach ${origin}, and are lost: .*ECONNREFUSED`),
    ])
  })

  test('ends when npm, which started it, gets a signal, and frees its port', async () => {
    const npm = spawn('npm', ['run', '-s', 'simulator', '--', '--port', '0'])
    cleanups.push(() => npm.kill('SIGKILL'))
    let said = ''
    npm.stdout.on('data', (chunk) => {
      said += chunk
    })
    const endpoint = () => /endpoint +(http\S+)\n/.exec(said)?.[1]
    await expect.poll(endpoint).toBeDefined()
    npm.kill('SIGTERM')
    const answers = () =>
      fetch(`${endpoint()}/_simulator/settings`).then(
        () => true,
        () => false,
      )
    await expect.poll(answers).toBe(false)
  })

  test('says in one line why it cannot start, and exits with a non-zero code', async () => {
    const { endpoint } = await startSimulator()
    const { port } = new URL(endpoint)
    const cases: [string[], number, string][] = [
      [['--prot', '1'], 2, 'the flags are --port'],
      [['--catalogue', 'package.json'], 1, 'the catalogue package.json is not usable: domains'],
      [['--port', port], 1, `port ${port} of 127.0.0.1 is taken`],
    ]
    for (const [args, code, message] of cases) {
      const { ended, errors } = await command(...args)
      expect([args, await ended]).toEqual([args, code])
      expect((await errors).trimEnd().split('\n')).toEqual([expect.stringContaining(message)])
    }
    const help = await command('--help')
    expect([await help.ended, help.said()]).toEqual([0, expect.stringContaining('--events-to')])
  })
})
