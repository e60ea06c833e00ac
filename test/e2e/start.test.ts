import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, ListRulesCommand, PutRuleCommand } from '@aws-sdk/client-eventbridge'
import { GetQueueUrlCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type RunningCommand, runCommand, runNpmScript } from '../support/commands.ts'
import { externalEngine, isMoto } from '../support/engines.ts'
import { eventually } from '../support/eventually.ts'
import { runRequest } from '../support/requests.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

/** Starts the command of `npm start` with its own env and log files. */
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

/** The servers that a stack starts; not DynamoDB if an external engine is in use. */
const ownServices = ['DATAZONE', 'EVENTBRIDGE', 'SQS', ...(externalEngine === undefined ? ['DYNAMODB'] : [])]

const clientOf = (environment: ReadonlyMap<string, string>, service: string) => ({
  endpoint: environment.get(`AWS_ENDPOINT_URL_${service}`) ?? '',
  region: environment.get('AWS_REGION') ?? '',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
})

/** Returns the message bodies of the printed commands, except for the cancel, whose time a shell must fill in. */
const printedBodies = (stdout: string): readonly string[] =>
  [...stdout.matchAll(/--message-body '(\{[^']*\})'/g)].map(([, body = '']) => body)

/** Listens on a port, 0 for any free port. Rejects when the port is in use. */
const occupy = async (port: number): Promise<{ port: number; close: () => Promise<unknown> }> => {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const close = async () => {
    server.close()
    await once(server, 'close')
  }
  return { port: address.port, close }
}

const expectNoProcessLeft = (command: RunningCommand) =>
  eventually(async () => expect(await command.descendants()).toEqual([]))

describe('npm start', () => {
  test.skipIf(isMoto)(
    'runs the requests that it prints, reports them, and stops cleanly at Ctrl-C',
    async () => {
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
      await sqs.send(
        new SendMessageCommand({ QueueUrl: environment.get('REQUEST_QUEUE_URL'), MessageBody: 'no request' }),
      )
      sqs.destroy()
      await start.printed(/^ +[\d.]+s (Succeeded|Failed|Partially Succeeded|Canceled) +tpcds_store_sales@1 /m)
      await start.printed(/^ +[\d.]+s (Succeeded|Failed) +glue_salesproject01 /m)
      await start.printed(/^ +[\d.]+s e-mail: DataZone runs \(local\): .*1 rejected/m)
      await start.printed(/^ +[\d.]+s parked: NOT_FOUND +no-such-asset +request:ask-no-such-asset/m)
      expect(await readFile(start.logFile, 'utf8')).toMatch(
        /"outcome":"started".*"assetId":"tpcds_store_sales"/,
      )
      expect(start.stdout()).toContain(`source ${start.envFile}`)
      expect(
        start
          .stdout()
          .split('\n')
          .filter((line) => line.length > 100),
      ).toEqual([])

      start.interrupt()
      const { code, stderr } = await start.ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      await expectNoProcessLeft(start)
      const ports = [...environment]
        .filter(([name]) => externalEngine === undefined || name !== 'AWS_ENDPOINT_URL_DYNAMODB')
        .flatMap(([, value]) => /127\.0\.0\.1:(\d+)$/.exec(value)?.[1] ?? [])
      expect(new Set(ports).size).toBe(ownServices.length)
      for (const port of new Set(ports)) await (await occupy(Number(port))).close()
    },
  )

  test('stops what it has started, and fails, if the settings cannot be written', async () => {
    const start = await run('--env', '/dev/null/env')
    const { code, stderr } = await start.ended
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('/dev/null') })
    await expectNoProcessLeft(start)
  })

  test('lets exports survive a restart, and chooses another port if one is in use', async () => {
    const first = await run()
    await first.printed(/Ctrl-C stops everything/)
    const second = await run()
    await second.printed(/Ctrl-C stops everything/)
    const [one, two] = [await readFile(first.envFile, 'utf8'), await readFile(second.envFile, 'utf8')]
    expect(exportsOf(two).get('AWS_ENDPOINT_URL_SQS')).not.toBe(exportsOf(one).get('AWS_ENDPOINT_URL_SQS'))
    expect(second.stdout()).toMatch(/^Note: port \d+ is in use, so sqs listens on another port$/m)
    // Stacks that share an engine have different tables.
    if (externalEngine === undefined)
      expect(exportsOf(two).get('RUN_TABLE')).toBe(exportsOf(one).get('RUN_TABLE'))
  })

  test('answers health checks on every server', async () => {
    const start = await run()
    await start.printed(/Ctrl-C stops everything/)
    const environment = exportsOf(await readFile(start.envFile, 'utf8'))
    for (const service of ownServices) {
      const response = await fetch(`${environment.get(`AWS_ENDPOINT_URL_${service}`)}/_local/health`)
      expect([response.status, await response.json()]).toEqual([
        200,
        { service: service.toLowerCase(), status: 'ok' },
      ])
    }
  })

  // Linux answers on every address of 127.0.0.0/8, so another of these addresses stands for the host of a container.
  test.runIf(process.platform === 'linux')(
    'listens for other hosts with --host, and returns queue URLs with the host that the client uses',
    async () => {
      const start = await run('--host', '0.0.0.0')
      await start.printed(/Ctrl-C stops everything/)
      const environment = exportsOf(await readFile(start.envFile, 'utf8'))
      const elsewhere = (service: string) =>
        (environment.get(`AWS_ENDPOINT_URL_${service}`) ?? '').replace('127.0.0.1', '127.0.0.2')
      for (const service of ownServices)
        expect((await fetch(`${elsewhere(service)}/_local/health`)).status).toBe(200)
      const sqs = new SQSClient({ ...clientOf(environment, 'SQS'), endpoint: elsewhere('SQS') })
      closing.push(async () => sqs.destroy())
      const QueueName = environment.get('REQUEST_QUEUE_URL')?.split('/').at(-1)
      const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }))
      expect(QueueUrl).toContain('//127.0.0.2:')
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }))
      await start.printed(/Rejected/)
    },
  )

  test('stops when the npm that started it is terminated', async () => {
    const npm = runNpmScript('start')
    closing.push(npm.kill)
    await npm.printed(/Ctrl-C stops everything/)
    npm.terminate()
    await npm.ended
    await expectNoProcessLeft(npm)
  })

  test('stops cleanly at Ctrl-C during startup', async () => {
    const start = await run()
    await start.printed(/starting DynamoDB/)
    start.interrupt()
    const { code, stderr } = await start.ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    await expectNoProcessLeft(start)
  })

  test.each(ownServices.map((service) => service.toLowerCase()))(
    'reports a port in use in one line and fails: %s',
    async (service) => {
      const other = await occupy(0)
      closing.push(other.close)
      const start = await run(`--${service}-port`, String(other.port))
      const { code, stderr } = await start.ended
      expect(stderr).toMatch(/^[^\n]+\n$/)
      expect(stderr).toContain(String(other.port))
      expect(code).toBe(1)
      await expectNoProcessLeft(start)
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

describe.skipIf(externalEngine !== undefined)('npm start -- --data', () => {
  const open = async (data: string, ...args: readonly string[]) => {
    const start = await run('--data', data, ...args)
    await start.printed(/Ctrl-C stops everything/)
    const environment = exportsOf(await readFile(start.envFile, 'utf8'))
    const sqs = new SQSClient(clientOf(environment, 'SQS'))
    const eventbridge = new EventBridgeClient(clientOf(environment, 'EVENTBRIDGE'))
    closing.push(async () => sqs.destroy())
    closing.push(async () => eventbridge.destroy())
    const send = (assetId: string) =>
      sqs.send(
        new SendMessageCommand({
          QueueUrl: environment.get('REQUEST_QUEUE_URL'),
          MessageBody: JSON.stringify(
            runRequest(assetId, { domainId: 'dzd_sample1234567', projectId: 'salesproject01' }),
          ),
        }),
      )
    const runs = async (): Promise<readonly { assetId: string; status: string }[]> => {
      const response = await fetch(`${environment.get('AWS_ENDPOINT_URL_DATAZONE')}/_simulator/runs`)
      return z.array(z.object({ assetId: z.string(), status: z.string() })).parse(await response.json())
    }
    return { start, send, runs, eventbridge }
  }

  test('continues after kill -9 where it stopped', async () => {
    const data = await mkdtemp(join(tmpdir(), 'data-'))
    closing.push(() => rm(data, { recursive: true }))
    const EventPattern = JSON.stringify({ source: ['datazone-run-orchestrator'] })
    const first = await open(data, '--assets', '30', '--speed', '20')
    await first.eventbridge.send(new PutRuleCommand({ Name: 'mine', EventPattern }))
    await first.send('tpcds_store_sales')
    await first.start.printed(/Started +tpcds_store_sales@1/)
    await first.start.kill()
    await expectNoProcessLeft(first.start)

    const second = await open(data, '--speed', '20', '--assets', '40')
    expect(second.start.stdout()).toContain(`--assets 40 has no effect: ${data} was made with --assets 30`)
    await second.start.printed(/(Succeeded|Failed) +tpcds_store_sales@1/)
    await second.send('tpcds_store_sales')
    await second.start.printed(/duplicate +tpcds_store_sales/)
    expect(await second.runs()).toMatchObject([{ assetId: 'tpcds_store_sales' }])
    const rules = await second.eventbridge.send(new ListRulesCommand({ NamePrefix: 'mine' }))
    expect(rules.Rules).toMatchObject([{ Name: 'mine', EventPattern }])
    second.start.interrupt()
    expect((await second.start.ended).code).toBe(0)

    const third = await open(data)
    expect(await third.runs()).toHaveLength(1)
    const other = await run('--data', data)
    expect(await other.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is in use by the stack'),
    })
  })
})

describe.skipIf(externalEngine !== undefined)('npm start when the DynamoDB engine dies', () => {
  test('restarts the engine on the same data, and reports it', async () => {
    const start = await run('--speed', '60')
    await start.printed(/Ctrl-C stops everything/)
    const environment = exportsOf(await readFile(start.envFile, 'utf8'))
    const [engine = ''] = (await start.descendants()).filter((process) =>
      /\d+ \S*dynoxide serve/.test(process),
    )
    process.kill(Number.parseInt(engine, 10), 'SIGKILL')
    await start.printed(/the DynamoDB engine has died.*: restarting it on the same data/)
    await start.printed(/the DynamoDB engine is back/)
    const dynamodb = new DynamoDBClient(clientOf(environment, 'DYNAMODB'))
    closing.push(async () => dynamodb.destroy())
    const { TableNames } = await dynamodb.send(new ListTablesCommand({}))
    expect(TableNames).toEqual([environment.get('RUN_TABLE')])
  })
})
