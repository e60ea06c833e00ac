import { setTimeout as delay } from 'node:timers/promises'
import { findDynoxide } from './dynoxide.ts'
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
  const program = findDynoxide(environment['PATH'] ?? '')
  const port = await freePort('DynamoDB', options.port)
  const engine = startGuarded(program, ['serve', '--port', String(port)])
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady(endpoint, engine)
  return { endpoint, pid: engine.pid, close: engine.stop }
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
