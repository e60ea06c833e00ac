import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../servers/free-port.ts'
import { findDynoxide } from './dynoxide.ts'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'

/** A running DynamoDB engine. */
export interface DynamoDbServer {
  readonly endpoint: string
  /** The process of an engine that this process started, which ends with it; `undefined` for an external engine. */
  readonly pid: number | undefined
  close(): Promise<void>
}

/**
 * Starts dynoxide in memory, or uses the engine at `DYNAMODB_ENDPOINT`.
 * Unlike DynamoDB, dynoxide does not expire items by TTL, always reads consistently, and never raises
 * TransactionConflictException.
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

/** Waits for any HTTP answer. The engine needs 5 to 11 ms, so the deadline only matters on an overloaded machine. */
async function untilReady(endpoint: string, engine: GuardedProcess): Promise<void> {
  let problem: string | undefined
  void engine.ended.then((text) => {
    problem = text
  })
  const deadlineMs = Date.now() + 10_000
  while (problem === undefined && Date.now() < deadlineMs) {
    if (await answers(endpoint)) return
    await delay(5)
  }
  await engine.stop()
  throw new Error(`DynamoDB did not start: ${problem ?? 'no answer within 10 s'}`)
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await (await fetch(endpoint)).arrayBuffer()
    return true
  } catch {
    return false
  }
}
