import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../servers/free-port.ts'
import { type GuardedProcess, startGuarded } from './guarded-process.ts'

/** A running dynoxide. */
export interface Engine {
  readonly endpoint: string
  readonly process: GuardedProcess
}

/** Where dynoxide listens and keeps its data. */
export interface EngineOptions {
  readonly program: string
  readonly port?: number | undefined
  readonly host?: string | undefined
  /** The SQLite file of the data. Default: in memory. */
  readonly dataFile?: string | undefined
}

/** Starts dynoxide and waits until it answers. Throws Error with what it printed when it does not start within 10 s. */
export async function startEngine({ program, port, host, dataFile }: EngineOptions): Promise<Engine> {
  const enginePort = await freePort('DynamoDB', port)
  const args = ['serve', '--port', String(enginePort)]
  if (host !== undefined) args.push('--host', host)
  if (dataFile !== undefined) args.push('--db-path', dataFile)
  const engine = startGuarded(program, args)
  const endpoint = `http://127.0.0.1:${enginePort}`
  await untilReady(endpoint, engine)
  return { endpoint, process: engine }
}

/** Waits for any HTTP answer. The engine needs 5 to 11 ms, so only an overloaded machine reaches the deadline. */
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
