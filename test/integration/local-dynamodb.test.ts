import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { startGuarded } from '../../local/dynamodb/guarded-process.ts'
import { startDynamoDb } from '../../local/dynamodb/server.ts'
import { superviseEngine } from '../../local/dynamodb/supervised-engine.ts'
import { hasEmbeddedEngine } from '../support/engines.ts'
import { eventually } from '../support/eventually.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** Returns whether any process of the group is alive: the guard, its reader or the engine. */
function groupIsAlive(pid: number): boolean {
  try {
    return process.kill(-pid, 0)
  } catch {
    return false
  }
}

describe.runIf(hasEmbeddedEngine)('startDynamoDb', () => {
  test('starts an engine that answers a real client, and ends it on close', async () => {
    const server = await startDynamoDb({ environment: {} })
    closing.push(server.close)
    const { endpoint, pid = 0 } = server
    const client = new DynamoDBClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    })
    expect((await client.send(new ListTablesCommand({}))).TableNames).toEqual([])
    client.destroy()
    expect(groupIsAlive(pid)).toBe(true)
    await server.close()
    expect(groupIsAlive(pid)).toBe(false)
  })

  test('ends the engine when the parent process is killed', async () => {
    const parent = spawn(
      process.execPath,
      [new URL('../support/hold-dynamodb.ts', import.meta.url).pathname],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    closing.push(async () => parent.kill('SIGKILL'))
    const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
    const { endpoint, pid } = JSON.parse(line) as { endpoint: string; pid: number }
    expect(groupIsAlive(pid)).toBe(true)
    parent.kill('SIGKILL')
    await eventually(async () => {
      expect(groupIsAlive(pid)).toBe(false)
      await expect(fetch(endpoint)).rejects.toThrow()
    })
  })

  test('uses the engine at DYNAMODB_ENDPOINT', async () => {
    const server = await startDynamoDb({ environment: { DYNAMODB_ENDPOINT: 'http://127.0.0.1:8000' } })
    expect(server).toMatchObject({ endpoint: 'http://127.0.0.1:8000', pid: undefined })
    await server.close()
  })

  test('reports a port in use in one line', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    closing.push(async () => other.close())
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    await expect(startDynamoDb({ port, environment: {} })).rejects.toThrow(
      `Port ${port} is in use: give DynamoDB another port, or 0 for any`,
    )
  })
})

describe('superviseEngine', () => {
  test('removes its temporary directory if the engine does not start', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'supervised-'))
    vi.stubEnv('TMPDIR', directory)
    try {
      await expect(superviseEngine({ program: '/bin/false', log: () => {} })).rejects.toThrow(
        'DynamoDB did not start',
      )
      expect(await readdir(directory)).toEqual([])
    } finally {
      vi.unstubAllEnvs()
      await rm(directory, { recursive: true })
    }
  })
})

describe('startGuarded', () => {
  test('returns the stderr of a child that ends on its own, and leaves no guard', async () => {
    const child = startGuarded('/bin/sh', ['-c', 'echo broken >&2; exit 1'])
    expect(await child.ended).toBe('broken')
    await eventually(() => expect(groupIsAlive(child.pid)).toBe(false))
    await child.stop()
  })

  test('kills a child that ignores SIGTERM', async () => {
    const child = startGuarded('/bin/sh', ['-c', 'trap "" TERM; while :; do sleep 0.1; done'], 20)
    await child.stop()
    await eventually(() => expect(groupIsAlive(child.pid)).toBe(false))
  })
})
