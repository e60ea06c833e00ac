import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { StartDataSourceRunCommand } from '@aws-sdk/client-datazone'
import { describe, expect, test } from 'vitest'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { pumpEvents } from '../../local/datazone/control/event-pump.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { startEventBridge } from '../../local/eventbridge/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'
import { cleanups, clientOf, startSimulator } from '../support/datazone-simulator.ts'

describe('the simulator as a command', () => {
  const salesSource = { domainIdentifier: sampleDomainId, dataSourceIdentifier: 'glue_salesproject01' }

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

  test('delivers events one by one, and loses only events whose delivery fails', async () => {
    const { datazone } = await startSimulator({ eventDelayMs: 0 })
    const [delivered, failed]: [unknown[], unknown[]] = [[], []]
    const pump = pumpEvents(
      datazone.control,
      async (event) => {
        delivered.push(event.detail.data['assetId'])
        if (delivered.length === 1) throw new Error('no bus')
      },
      { everyMs: 1, failed: (error) => failed.push(error) },
    )
    cleanups.push(pump.stop)
    for (const assetId of ['tpcds_store_sales', 'tpcds_item'])
      datazone.control.publishAsset({ domainId: sampleDomainId, assetId })
    await expect.poll(() => delivered).toEqual(['tpcds_store_sales', 'tpcds_item'])
    expect(failed).toEqual([new Error('no bus')])
    await pump.stop()
    datazone.control.publishAsset({ domainId: sampleDomainId, assetId: 'tpcds_item' })
    await expect.poll(() => datazone.control.takeEvents().length).toBe(1)
  })

  /** Starts the simulator as its own process, and waits until it has printed its endpoint or ended. */
  const command = async (...args: string[]) => {
    const child = spawn(process.execPath, ['local/simulator.ts', ...args])
    const errors = text(child.stderr)
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
    cleanups.push(() => child.kill('SIGKILL'))
    let printed = ''
    const endpoint = await new Promise<string>((resolve) => {
      child.stdout.on('data', (chunk) => {
        printed += chunk
        const [, found] = /endpoint +(http\S+)\n/.exec(printed) ?? []
        if (found !== undefined && printed.includes('Ctrl-C')) resolve(found)
      })
      void ended.then(() => resolve(''))
    })
    return { child, endpoint, ended, errors, printed: () => printed }
  }

  test('runs with a given catalogue, and posts its events to the local bus', async () => {
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

  test('reports only once, with the reason, that events cannot be posted', async () => {
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
      expect.stringMatching(`^events do not reach ${origin} and are lost: .*ECONNREFUSED`),
    ])
  })

  test('ends when the npm that started it receives a signal, and frees its port', async () => {
    const npm = spawn('npm', ['run', '-s', 'simulator', '--', '--port', '0'])
    cleanups.push(() => npm.kill('SIGKILL'))
    let printed = ''
    npm.stdout.on('data', (chunk) => {
      printed += chunk
    })
    const endpoint = () => /endpoint +(http\S+)\n/.exec(printed)?.[1]
    await expect.poll(endpoint).toBeDefined()
    npm.kill('SIGTERM')
    const answers = () =>
      fetch(`${endpoint()}/_simulator/settings`).then(
        () => true,
        () => false,
      )
    await expect.poll(answers).toBe(false)
  })

  test('reports in one line why it cannot start, and exits with a non-zero code', async () => {
    const { endpoint } = await startSimulator()
    const { port } = new URL(endpoint)
    const cases: [string[], number, string][] = [
      [['--prot', '1'], 2, 'the flags are --port'],
      [['--catalogue', 'package.json'], 1, 'the catalogue package.json is invalid: domains'],
      [['--port', port], 1, `port ${port} of 127.0.0.1 is in use`],
    ]
    for (const [args, code, message] of cases) {
      const { ended, errors } = await command(...args)
      expect([args, await ended]).toEqual([args, code])
      expect((await errors).trimEnd().split('\n')).toEqual([expect.stringContaining(message)])
    }
    const help = await command('--help')
    expect([await help.ended, help.printed()]).toEqual([0, expect.stringContaining('--events-to')])
  })
})
