import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type DataZoneServer, startDataZoneServer } from '../../local/datazone/http/server.ts'
import type { Profile } from '../../local/datazone/input/profile.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'
import { runCommand } from '../support/commands.ts'
import { docBlocks } from '../support/doc-commands.ts'
import { hasAwsCli, hasBoto3, hasCurl, runShellBlock } from '../support/shell-blocks.ts'

/** The profile of a domain in which nothing was observed. */
const emptyProfile: Profile = {
  version: 1,
  recordedAt: '2026-11-20T02:14:00Z',
  list: { order: null, runsSeen: 0, lagMs: null, unrecognizedStatuses: [] },
  errors: { unknownRun: null, cancelEnded: null },
  start: { sameToken: null, otherRequest: null, whileActive: null },
  events: {},
}

const isNpm = (line: string) => /^npm (ci|run)/.test(line)
const SourceRuns = z.array(z.object({ id: z.string() }))

describe('a block of docs/SIMULATOR.md', () => {
  let directory: string
  let server: DataZoneServer
  let environment: Readonly<Record<string, string>>
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'docs-simulator-'))
    server = await startDataZoneServer({ seed: 1, failureShare: 0 })
    server.datazone.control.loadCatalogue(sampleWithDataSources(24))
    environment = {
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    }
  })
  afterAll(async () => {
    await server?.stop()
    await rm(directory, { recursive: true })
  })

  const blocks = async (language?: string) =>
    (await docBlocks(language)).filter(({ page }) => page === 'docs/SIMULATOR.md').map(({ text }) => text)
  const withLocalEndpoint = (text: string) => text.replaceAll('http://127.0.0.1:4599', server.endpoint)
  const shell = (text: string) => runShellBlock(withLocalEndpoint(text), { cwd: directory, environment })

  test.skipIf(!hasAwsCli)(
    'starts and lists runs with the AWS CLI (skipped where it is missing)',
    async () => {
      const block = (await blocks()).find((text) => text.includes('aws datazone')) ?? ''
      const printed = await shell(block)
      expect(printed.match(/"id": "\w+"/g)).toHaveLength(3)
      expect(printed).toContain('"SUBMITTED"')
    },
  )

  test.skipIf(!hasBoto3)('passes as a Python test (skipped without boto3 and requests)', async () => {
    const [block = ''] = await blocks('python')
    await runShellBlock(`python3 - <<'END'\n${withLocalEndpoint(block)}\ntest_run_succeeds()\nEND`, {
      cwd: directory,
      environment: { ...environment, PYTHONDONTWRITEBYTECODE: '1' },
    })
  })

  test.skipIf(!hasCurl)(
    'is accepted by the control, in the order of the page (skipped without curl)',
    async () => {
      const curls = (await blocks()).filter((text) => /^(cat|curl|S=)/.test(text))
      expect(curls.length).toBeGreaterThan(5)
      for (const text of curls) {
        const lines = text.split('\n').filter((line) => !isNpm(line))
        // Loads the sample catalogue again, because one block loads its own.
        if (!text.includes('catalogue')) server.datazone.control.loadCatalogue(sampleWithDataSources(24))
        await shell(lines.join('\n').replace('"runId":"..."', `"runId":"${await someRun(text)}"`))
      }
    },
  )

  /** Returns the id of a data source run for the block that deletes a run; empty for other blocks. */
  const someRun = async (text: string): Promise<string> => {
    if (!text.includes('"runId":"..."')) return ''
    const ask = (path: string, init?: RequestInit) => fetch(`${server.endpoint}/_simulator/${path}`, init)
    const source = { domainId: 'dzd_sample1234567', dataSourceId: 'glue_salesproject01' }
    await ask('scheduled-runs', { method: 'POST', body: JSON.stringify(source) })
    const [run] = z.parse(SourceRuns, await (await ask('data-source-runs')).json())
    return run?.id ?? ''
  }

  test('starts the simulator with its flags', async () => {
    const lines = (await blocks()).flatMap((text) => text.split('\n'))
    const commands = lines.filter((line) => /^npm run simulator( |$)/.test(line))
    expect(commands.length).toBeGreaterThan(3)
    await writeFile(join(directory, 'profile.json'), JSON.stringify(emptyProfile))
    const codes = commands.map(async (line) => {
      const flags = line
        .replace(/\w+\.json/, (name) => join(directory, name))
        .split(' ')
        .slice(4)
      const simulator = runCommand('local/simulator.ts', ...flags, '--port', '0')
      await simulator.printed(/is listening/)
      simulator.interrupt()
      return (await simulator.ended).code
    })
    expect(new Set(await Promise.all(codes))).toEqual(new Set([0]))
  })
})
