import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { startDataZoneServer } from '../../local/datazone/http/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'

/** Uses dzrun on the stack at moto, as an operator does on a deployed stack. Used by deploy-to-moto. */

const simulator = await startDataZoneServer({ seed: 'moto', failureShare: 0, medianMs: 1 })
simulator.datazone.control.loadCatalogue(sampleWithDataSources(24))
const cache = await mkdtemp(join(tmpdir(), 'dzrun-moto-'))
const env = {
  ...process.env,
  AWS_ENDPOINT_URL_DATAZONE: simulator.endpoint,
  DZRUN_DOMAIN: sampleDomainId,
  XDG_CACHE_HOME: cache,
}

const dzrun = (...args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const done = (error: Error | null, stdout: string, stderr: string) =>
      // Doctor exits with 1, because moto serves neither the profile of the role nor a schedule.
      error === null || args[0] === 'doctor'
        ? resolve(stdout)
        : reject(new Error(`${args.join(' ')}: ${stderr}`))
    execFile(process.execPath, ['cli/main.ts', ...args, '--stage', 'example'], { env }, done)
  })

const expectOutput = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
  const stdout = await dzrun(...args)
  if (!pattern.test(stdout)) throw new Error(`dzrun ${args.join(' ')} printed no ${pattern}:\n${stdout}`)
  console.log('dzrun', args.join(' '))
}

try {
  await expectOutput(/^in flight +\d/m, 'status')
  await expectOutput(/store_sales .*SUCCEEDED/, 'list')
  await expectOutput(/ended as SUCCEEDED/, 'explain', `${sampleDomainId}/tpcds_store_sales`)
  await expectOutput(/^descriptions +BUSINESS_DESCRIPTIONS/m, 'quota')
  await expectOutput(/^Sales +7 +1 /m, 'coverage')
  await expectOutput(/rule +datazone-run-orchestrator-example-asset-events: ENABLED/, 'doctor')
  await expectOutput(/credentials +arn:aws:sts::\d+:/, 'doctor')
  await expectOutput(/run, by rules\[0\]/, 'policy', 'test', 'tpcds_item')
  await expectOutput(/put version 1/, 'policy', 'put', 'config/policy.json', '--yes')
  await expectOutput(/"version": 1/, 'policy', 'get')
  await expectOutput(/"requestId": "dzrun-cancel-/, 'cancel', 'tpcds_item', '--json')
  await expectOutput(/paused/, 'pause', sampleDomainId, '--reason', 'moto')
  await expectOutput(/resumed/, 'resume', sampleDomainId)
  const kept = await readdir(join(cache, 'dzrun', 'outputs'))
  if (kept.length !== 1) throw new Error(`${kept.length} stacks have cached outputs, not 1`)
} finally {
  await simulator.stop()
  await rm(cache, { recursive: true })
}
