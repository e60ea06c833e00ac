import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest'
import type { Control as RealControl } from '../../local/datazone/control/control.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import type { Settings as RealSettings } from '../../local/datazone/input/settings.ts'
import { freePort } from '../../local/servers/free-port.ts'
import { sampleCatalogue, startSimulator } from '../../packages/datazone-simulator/index.ts'
import { controlRoutes } from '../../packages/datazone-simulator/remote-control.ts'
import type { Control, Settings } from '../../packages/datazone-simulator/types.ts'

const run = promisify(execFile)
const repository = resolve(import.meta.dirname, '..', '..')

/** A test as a user of the package would write it. Node.js strips its types, and tsc checks them. */
const userTest = `
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Catalogue, sampleCatalogue, startSimulator } from 'datazone-simulator'

const catalogue: Catalogue = sampleCatalogue(3)

test('follows a run to its ending without waiting', async () => {
  const simulator = await startSimulator({ catalogue, settings: { failureShare: 0 } })
  try {
    const runs = simulator.endpoint + '/v2/domains/dzd_sample1234567/metadata-generation-runs'
    const [asset] = catalogue.domains[0]?.assets ?? []
    const started = await fetch(runs, {
      method: 'POST',
      body: JSON.stringify({
        owningProjectIdentifier: asset?.projectId,
        target: { type: 'ASSET', identifier: asset?.id },
        types: ['BUSINESS_DESCRIPTIONS'],
        clientToken: 'packed-1',
      }),
    })
    const { id } = (await started.json()) as { id: string }
    simulator.control.advanceClock({ advanceMs: 3_600_000 })
    const found = await fetch(runs + '/' + id)
    assert.equal(((await found.json()) as { status: string }).status, 'SUCCEEDED')
    const state = simulator.control.state()
    simulator.control.setFaults([{ kind: 'error', error: 'ThrottlingException', times: 1 }])
    assert.equal((await fetch(runs + '/' + id)).status, 429)
    simulator.control.reset()
    assert.deepEqual(simulator.control.runs(), [])
    simulator.control.setState(state)
    assert.equal(simulator.control.runs()[0]?.status, 'SUCCEEDED')
    assert.throws(() => simulator.control.changeSettings({ failureShare: 2 }), /failureShare/)
  } finally {
    await simulator.stop()
  }
})
`

/** The use of the package in CommonJS, as Jest without flags loads it, with the control over HTTP. */
const commonJsUse = `
import simulator = require('datazone-simulator')

const { connectControl, startSimulator } = simulator

const main = async (): Promise<void> => {
  const { endpoint, stop } = await startSimulator({ settings: { failureShare: 0 } })
  const control: simulator.RemoteControl = connectControl(endpoint)
  await control.setFaults([{ kind: 'error', error: 'ThrottlingException', times: 1 }])
  await fetch(endpoint + '/v2/domains/dzd_sample1234567/metadata-generation-runs')
  const [fault] = await control.faults()
  const refused = await control.advanceClock({ advanceMs: -1 }).catch((error: Error) => error.message)
  await stop()
  const away = await control.clock().catch((error: Error) => error.message)
  console.log(JSON.stringify({ hits: fault?.hits, refused, away }))
}
void main()
`

const tsconfig = {
  compilerOptions: {
    noEmit: true,
    strict: true,
    target: 'es2024',
    lib: ['es2024', 'dom'],
    module: 'nodenext',
    types: ['node'],
    typeRoots: [join(repository, 'node_modules', '@types')],
  },
  include: ['*.ts', '*.cts'],
}

describe('the packed simulator, in a folder with nothing else', () => {
  let folder: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'datazone-simulator-package-'))
    const source = join(repository, 'packages', 'datazone-simulator')
    await run('npm', ['pack', source, '--pack-destination', folder, '--silent'], { cwd: repository })
    const [tarball = ''] = await readdir(folder)
    await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}')
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
    await writeFile(join(folder, 'user.test.ts'), userTest)
    await writeFile(join(folder, 'use.cts'), commonJsUse)
    await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder })
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('installs no other package', async () => {
    const installed = await readdir(join(folder, 'node_modules'))
    expect(installed.filter((name) => !name.startsWith('.'))).toEqual(['datazone-simulator'])
  })

  test('runs a test of its user', async () => {
    const { stdout } = await run(process.execPath, ['--test', 'user.test.ts'], { cwd: folder })
    expect(stdout).toMatch(/pass 1\n/)
  })

  test('loads as CommonJS, and controls a simulator over HTTP', async () => {
    const { stdout } = await run(process.execPath, ['--experimental-transform-types', 'use.cts'], {
      cwd: folder,
    })
    const { hits, refused, away } = JSON.parse(stdout) as Record<string, unknown>
    expect(hits).toBe(1)
    expect(refused).toMatch(/^POST clock: .*advanceMs/)
    expect(away).toMatch(/^no simulator answers at http:\/\/127\.0\.0\.1:\d+: start one/)
  })

  test('has types for its control API', async () => {
    await run(join(repository, 'node_modules', '.bin', 'tsc'), ['-p', folder])
    await writeFile(
      join(folder, 'wrong.ts'),
      "import { startSimulator } from 'datazone-simulator'\nvoid startSimulator({ settings: { failureShare: '1' } })\n",
    )
    await expect(run(join(repository, 'node_modules', '.bin', 'tsc'), ['-p', folder])).rejects.toMatchObject({
      stdout: expect.stringContaining("Type 'string' is not assignable to type 'number'"),
    })
    await rm(join(folder, 'wrong.ts'))
  })

  test('is a command', async () => {
    const command = spawn(join(folder, 'node_modules', '.bin', 'datazone-simulator'), ['--port', '0'], {
      cwd: folder,
    })
    const printed = new Promise<string>((found) => {
      let text = ''
      command.stdout.on('data', (chunk) => {
        text += chunk
        const [, endpoint] = /endpoint +(http\S+)\n/.exec(text) ?? []
        if (endpoint !== undefined) found(endpoint)
      })
    })
    const settings = await fetch(`${await printed}/_simulator/settings`)
    expect(await settings.json()).toMatchObject({ apiGeneration: 'current' })
    command.kill('SIGTERM')
    expect(await once(command, 'exit')).toEqual([0, null])
  })

  test('prints its usage under its own name', async () => {
    const bin = join(folder, 'node_modules', '.bin', 'datazone-simulator')
    const { stdout } = await run(bin, ['--help'], { cwd: folder })
    expect(stdout).toMatch(/^datazone-simulator \[flags\]\n/)
  })
})

describe('startSimulator', () => {
  test('leaves no server behind if the catalogue is invalid', async () => {
    const port = await freePort('the simulator')
    const { domains } = sampleCatalogue(1)
    await expect(startSimulator({ port, catalogue: { domains: [...domains, ...domains] } })).rejects.toThrow(
      'duplicate id',
    )
    const simulator = await startSimulator({ port })
    await simulator.stop()
  })
})

test('covers each route of the control with a function of the package', async () => {
  const { endpoint, stop } = await startDataZoneServer({ port: 0, now: Date.now, seed: 1 })
  try {
    const answer = await fetch(`${endpoint}/_simulator/unknown`)
    const { message } = (await answer.json()) as { message: string }
    const [, served = ''] = /^no such route; under .* there are (.*)$/.exec(message) ?? []
    expect(served.split(', ').sort()).toEqual(Object.values(controlRoutes).sort())
  } finally {
    await stop()
  }
})

test('exports types with the settings and the control of the simulator', () => {
  expectTypeOf<keyof Control>().toEqualTypeOf<keyof RealControl>()
  expectTypeOf<keyof Settings>().toEqualTypeOf<keyof RealSettings>()
  expectTypeOf<Settings>().toExtend<RealSettings>()
})
