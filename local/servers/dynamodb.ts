import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'

/** A DynamoDB engine to talk to. */
export interface DynamoDbServer {
  readonly endpoint: string
  /** Set when the engine is a process of ours; it dies with this one. */
  readonly pid: number | undefined
  close(): Promise<void>
}

/**
 * Starts the DynamoDB engine, dynoxide in memory, or uses the one at `DYNAMODB_ENDPOINT`.
 * Unlike the real one it expires nothing by TTL, always reads consistently, and raises no TransactionConflictException.
 */
export async function startDynamoDb(
  options: { readonly port?: number | undefined; readonly environment?: NodeJS.ProcessEnv } = {},
): Promise<DynamoDbServer> {
  const environment = options.environment ?? process.env
  const elsewhere = environment['DYNAMODB_ENDPOINT']
  if (elsewhere !== undefined && elsewhere !== '') {
    return { endpoint: elsewhere, pid: undefined, close: async () => {} }
  }
  const program = findProgram(environment['PATH'] ?? '')
  const port = await freePort('DynamoDB', options.port)
  const engine = startGuarded(program, ['serve', '--port', String(port)])
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady(endpoint, engine)
  return { endpoint, pid: engine.pid, close: engine.stop }
}

function findProgram(path: string): string {
  const names = [packagedProgram(), ...path.split(delimiter).map((directory) => join(directory, 'dynoxide'))]
  const found = names.find((name) => name !== undefined && isExecutable(name))
  if (found !== undefined) return found
  throw new Error(
    `No DynamoDB engine for ${process.platform}-${process.arch}: set DYNAMODB_ENDPOINT (DynamoDB Local will do), ` +
      `put dynoxide on the PATH, or npm install --no-save @dynoxide/${process.platform}-${process.arch}`,
  )
}

function packagedProgram(): string | undefined {
  try {
    const manifest = `@dynoxide/${process.platform}-${process.arch}/package.json`
    return join(dirname(createRequire(import.meta.url).resolve(manifest)), 'dynoxide')
  } catch {
    return undefined
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Any HTTP answer means that it listens; it needs 5 to 11 ms, so the deadline is for machines in trouble. */
async function untilReady(endpoint: string, engine: GuardedProcess): Promise<void> {
  let complaint: string | undefined
  void engine.ended.then((text) => {
    complaint = text
  })
  const deadlineMs = Date.now() + 10_000
  while (complaint === undefined && Date.now() < deadlineMs) {
    if (await answers(endpoint)) return
    await delay(5)
  }
  await engine.stop()
  throw new Error(`DynamoDB did not start: ${complaint ?? 'no answer within 10 s'}`)
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await (await fetch(endpoint)).arrayBuffer()
    return true
  } catch {
    return false
  }
}
