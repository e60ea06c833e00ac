import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, test } from 'vitest'
import { type RunningCommand, runCommand, runNpmScript } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import { runRequest } from '../support/requests.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** Starts `npm start` with files of its own. */
const run = async (...args: readonly string[]) => {
  const directory = await mkdtemp(join(tmpdir(), 'start-'))
  const [envFile, logFile] = [join(directory, 'env'), join(directory, 'log')]
  const command = runCommand('local/start.ts', '--env', envFile, '--log', logFile, ...args)
  closing.push(() => rm(directory, { recursive: true }))
  closing.push(command.kill)
  return { ...command, envFile, logFile }
}

const exportsOf = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/^export (\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value]))

const clientOf = (environment: ReadonlyMap<string, string>, service: string) => ({
  endpoint: environment.get(`AWS_ENDPOINT_URL_${service}`) ?? '',
  region: environment.get('AWS_REGION') ?? '',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
})

/** The message bodies of the printed commands, but for the cancel, which needs a shell for its time. */
const printedBodies = (stdout: string): readonly string[] =>
  [...stdout.matchAll(/--message-body '(\{[^']*\})'/g)].map(([, body = '']) => body)

/** Listens on a port, 0 for a free one; fails when it is taken. */
const occupy = async (port: number): Promise<{ port: number; close: () => Promise<unknown> }> => {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const close = async () => {
    server.close()
    await once(server, 'close')
  }
  return { port: address.port, close }
}

const hasLeftNothing = (command: RunningCommand) =>
  eventually(async () => expect(await command.descendants()).toEqual([]))

describe('npm start', () => {
  test('runs the requests that it prints, reports them, and stops cleanly at Ctrl-C', async () => {
    const start = await run('--speed', '60')
    await start.printed(/Ctrl-C stops everything/)
    const environment = exportsOf(await readFile(start.envFile, 'utf8'))
    const sqs = new SQSClient(clientOf(environment, 'SQS'))
    for (const body of printedBodies(start.stdout()))
      await sqs.send(
        new SendMessageCommand({ QueueUrl: environment.get('REQUEST_QUEUE_URL'), MessageBody: body }),
      )
    const unknown = runRequest('no-such-asset', {
      domainId: 'dzd_sample1234567',
      projectId: 'salesproject01',
    })
    await sqs.send(
      new SendMessageCommand({
        QueueUrl: environment.get('REQUEST_QUEUE_URL'),
        MessageBody: JSON.stringify(unknown),
      }),
    )
    sqs.destroy()
    await start.printed(/^ +[\d.]+s (Succeeded|Failed|Partially Succeeded|Canceled) +tpcds_store_sales@1 /m)
    await start.printed(/^ +[\d.]+s (Succeeded|Failed) +glue_salesproject01 /m)
    await start.printed(/^ +[\d.]+s parked: NOT_FOUND +no-such-asset +request:ask-no-such-asset/m)
    expect(await readFile(start.logFile, 'utf8')).toMatch(
      /"outcome":"started".*"assetId":"tpcds_store_sales"/,
    )
    expect(start.stdout()).toContain(`source ${start.envFile}`)
    expect(
      start
        .stdout()
        .split('\n')
        .filter((line) => line.length > 120),
    ).toEqual([])

    start.interrupt()
    const { code, stderr } = await start.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await hasLeftNothing(start)
    const ports = [...environment.values()].flatMap((value) => /127\.0\.0\.1:(\d+)$/.exec(value)?.[1] ?? [])
    expect(new Set(ports).size).toBe(4)
    for (const port of new Set(ports)) await (await occupy(Number(port))).close()
  })

  test('lets exports survive a restart, and moves away from a port that is taken', async () => {
    const first = await run()
    await first.printed(/Ctrl-C stops everything/)
    const second = await run()
    await second.printed(/Ctrl-C stops everything/)
    const [one, two] = [await readFile(first.envFile, 'utf8'), await readFile(second.envFile, 'utf8')]
    expect(exportsOf(two).get('AWS_ENDPOINT_URL_SQS')).not.toBe(exportsOf(one).get('AWS_ENDPOINT_URL_SQS'))
    expect(second.stdout()).toMatch(/^Note: port \d+ is taken, so sqs listens on another one$/m)
    expect(exportsOf(two).get('RUN_TABLE')).toBe(exportsOf(one).get('RUN_TABLE'))
  })

  test('answers health checks on every server', async () => {
    const start = await run()
    await start.printed(/Ctrl-C stops everything/)
    const environment = exportsOf(await readFile(start.envFile, 'utf8'))
    for (const service of ['DATAZONE', 'EVENTBRIDGE', 'SQS', 'DYNAMODB']) {
      const response = await fetch(`${environment.get(`AWS_ENDPOINT_URL_${service}`)}/_local/health`)
      expect([response.status, await response.json()]).toEqual([
        200,
        { service: service.toLowerCase(), status: 'ok' },
      ])
    }
  })

  test('stops when the npm that started it is terminated', async () => {
    const npm = runNpmScript('start')
    closing.push(npm.kill)
    await npm.printed(/Ctrl-C stops everything/)
    npm.terminate()
    await npm.ended
    await hasLeftNothing(npm)
  })

  test('stops cleanly at Ctrl-C during startup', async () => {
    const start = await run()
    await start.printed(/starting DynamoDB/)
    start.interrupt()
    const { code, stderr } = await start.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await hasLeftNothing(start)
  })

  test.each(['datazone', 'dynamodb', 'sqs', 'eventbridge'])(
    'names a taken port in one line and fails: %s',
    async (service) => {
      const other = await occupy(0)
      closing.push(other.close)
      const start = await run(`--${service}-port`, String(other.port))
      const { code, stderr } = await start.ended
      expect(stderr).toMatch(/^[^\n]+\n$/)
      expect(stderr).toContain(String(other.port))
      expect(code).toBe(1)
      await hasLeftNothing(start)
    },
    60_000,
  )

  test.each([
    ['--mode maybe', ['--mode', 'maybe'], '--mode takes run, plan or off'],
    ['--sqs-port 99999', ['--sqs-port', '99999'], '--sqs-port takes a whole number'],
    ['--json', ['--json'], '--mode'],
  ])('reports a usage error in one line: %s', async (_, args, message) => {
    const { code, stderr } = await (await run(...args)).ended
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
