import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import * as z from 'zod/mini'
import { command, wholeNumber } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import { startFakeSts } from '../test/support/fake-sts.ts'

/**
 * What the catalog role adds to the first call of a new process: a bundle with the DataZone gateway, built as the
 * functions are, makes three calls against a fake DataZone and a fake STS on loopback.
 */

const roleArn = 'arn:aws:iam::111122223333:role/catalog'
const measuredSchema = z.object({ loadMs: z.number(), callMs: z.array(z.number()) })
type Measured = z.infer<typeof measuredSchema>

/** Runs in a fresh process: it prints how long the imports took and how long each of three calls took. */
const measuring = (isAssumed: boolean): string => `
const began = performance.now()
const { DataZoneClient } = await import('@aws-sdk/client-datazone')
${isAssumed ? "const { STSClient } = await import('@aws-sdk/client-sts')" : ''}
const { dataZoneGateway } = await import('./lib/adapters/datazone/gateway.ts')
${isAssumed ? "const { catalogSession } = await import('./lib/adapters/sts/catalog-session.ts')" : ''}
const credentials = ${
  isAssumed
    ? `catalogSession({ sts: new STSClient({}), roleArn: '${roleArn}', sessionName: 'bench', now: Date.now, report: () => {} })`
    : 'undefined'
}
const client = new DataZoneClient(credentials === undefined ? {} : { credentials })
const datazone = dataZoneGateway({ starts: client, reads: client })
const loadMs = performance.now() - began
const callMs = []
for (let call = 0; call < 3; call += 1) {
  const from = performance.now()
  const answer = await datazone.getRun('dzd_bench', 'run-1')
  if (answer.outcome !== 'answered') throw new Error(answer.refusal.message)
  callMs.push(performance.now() - from)
}
console.log(JSON.stringify({ loadMs, callMs }))
process.exit(0)
`

/** Writes the bundle to `outdir` and returns its size in bytes. */
const writeBundle = async (isAssumed: boolean, outdir: string): Promise<number> => {
  const { metafile } = await build({
    stdin: { contents: measuring(isAssumed), resolveDir: `${import.meta.dirname}/..` },
    bundle: true,
    minify: true,
    // As the functions are built: the SDK's other credential providers become chunks that are never loaded.
    splitting: true,
    outdir,
    outExtension: { '.js': '.mjs' },
    entryNames: 'bench',
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
  })
  return Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0)
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN

const startFakeDataZone = async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ domainId: 'dzd_bench', id: 'run-1', status: 'SUBMITTED' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const runProcess = async (bundle: string, env: Readonly<Record<string, string>>): Promise<Measured> => {
  const { stdout } = await promisify(execFile)(process.execPath, [bundle], { env })
  return measuredSchema.parse(JSON.parse(stdout))
}

await runCommand(
  command(
    'bench:catalog-role',
    'Measures what assuming the catalog role adds to the first call of a process.',
    {
      processes: wholeNumber({ describe: 'fresh processes for each case', from: 3, to: 99, default: '15' }),
      latency: wholeNumber({ describe: 'ms that the fake STS takes', from: 0, to: 5000, default: '0' }),
    },
  ),
  async ({ processes, latency }) => {
    const sts = await startFakeSts(() => ({ expiresAtMs: Date.now() + 3_600_000 }), { latencyMs: latency })
    const { server: datazone, endpoint } = await startFakeDataZone()
    const env = {
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DATAZONE: endpoint,
      AWS_ENDPOINT_URL_STS: sts.endpoint,
    }
    const folder = await mkdtemp(join(tmpdir(), 'catalog-role-'))
    try {
      for (const isAssumed of [false, true]) {
        const bundle = join(folder, 'bench.mjs')
        const bytes = await writeBundle(isAssumed, folder)
        const runs: Measured[] = []
        for (let run = 0; run < processes; run += 1) runs.push(await runProcess(bundle, env))
        const call = (index: number) =>
          median(runs.map(({ callMs }) => callMs[index] ?? Number.NaN)).toFixed(1)
        const imports = median(runs.map(({ loadMs }) => loadMs)).toFixed(1)
        console.log(
          `${isAssumed ? 'assumed role' : 'own credentials'}: ${(bytes / 1024).toFixed(0)} KB, imports ${imports} ms, first call ${call(0)} ms, second ${call(1)} ms, third ${call(2)} ms`,
        )
      }
      console.log(
        `medians of ${processes} fresh processes on loopback, STS answers after ${latency} ms; ${sts.received.length} AssumeRole calls`,
      )
    } finally {
      await sts.close()
      datazone.closeAllConnections()
      datazone.close()
      await rm(folder, { recursive: true })
    }
    return 0
  },
)
