import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, test } from 'vitest'
import { type RunningCommand, runCommand, runNpmScript } from '../support/commands.ts'
import { eventually } from '../support/eventually.ts'
import { runRequest } from '../support/requests.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const run = (...args: readonly string[]): RunningCommand => {
  const command = runCommand('local/start.ts', ...args)
  closing.push(command.kill)
  return command
}

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
  test('carries a message of any SQS client to a terminal event and stops cleanly at Ctrl-C', async () => {
    const start = run('--speed', '60')
    const [, queueUrl = ''] = await start.printed(/queue (http\S+)/)
    await start.printed(/Ctrl-C stops everything/)
    const sqs = new SQSClient({
      endpoint: new URL(queueUrl).origin,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    })
    const request = runRequest('tpcds_store_sales', {
      domainId: 'dzd_sample1234567',
      projectId: 'salesproject01',
      correlationId: 'from-outside',
    })
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(request) }))
    sqs.destroy()
    const [, status, detail = ''] = await start.printed(
      /^Metadata Generation Run (Succeeded|Failed|Partially Succeeded) (\{.*\})$/m,
    )
    expect(status).toBeDefined()
    expect(JSON.parse(detail)).toMatchObject({
      metadata: { correlationId: 'from-outside', causationId: request.requestId },
      data: { asset: { id: 'tpcds_store_sales', revision: '1' } },
    })
    expect(await start.descendants()).not.toEqual([])
    expect(start.stdout()).toMatch(/export RUN_TABLE=\S+ RUN_BUS=\S+\n/)
    const [, logPath = ''] = await start.printed(/Logs +(\S+)/)
    expect(await readFile(logPath, 'utf8')).toMatch(/"outcome":"started".*"assetId":"tpcds_store_sales"/)
    await rm(logPath)

    start.interrupt()
    const { code, stderr } = await start.ended
    expect(stderr).toBe('')
    expect(code).toBe(0)
    await hasLeftNothing(start)
    const ports = [...start.stdout().matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))
    expect(new Set(ports).size).toBe(4)
    for (const port of new Set(ports)) await (await occupy(port)).close()
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
    const start = run()
    await start.printed(/starting the local stack/)
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
      const start = run(`--${service}-port`, String(other.port))
      const { code, stderr } = await start.ended
      expect(stderr).toMatch(/^[^\n]+\n$/)
      expect(stderr).toContain(String(other.port))
      expect(code).toBe(1)
      await hasLeftNothing(start)
    },
    60_000,
  )

  test.each([
    ['--mode maybe', ['--mode', 'maybe'], '--mode takes off, plan or run'],
    ['--sqs-port 99999', ['--sqs-port', '99999'], '--sqs-port takes a whole number'],
    ['--json', ['--json'], '--mode'],
  ])('reports a usage error in one line: %s', async (_, args, message) => {
    const { code, stderr } = await run(...args).ended
    expect(stderr).toMatch(/^[^\n]+\n$/)
    expect(stderr).toContain(message)
    expect(code).toBe(2)
  })
})
