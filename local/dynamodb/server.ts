import { present } from '../../lib/run/present.ts'
import { findDynoxide } from './dynoxide.ts'
import { startEngine } from './engine.ts'
import { externalEndpoint } from './external-endpoint.ts'
import { superviseEngine } from './supervised-engine.ts'

export interface DynamoDbServer {
  readonly endpoint: string
  /** The process id of an engine that this process started, which ends with it; undefined for an external engine. */
  readonly pid: number | undefined
  close(): Promise<void>
}

export interface DynamoDbOptions {
  readonly port?: number | undefined
  readonly host?: string | undefined
  readonly environment?: NodeJS.ProcessEnv
  /** The SQLite file of the data. Default: in memory, or a temporary file under supervision. */
  readonly dataFile?: string | undefined
  /** Restarts the engine on the same data when it dies, and logs the restart. Default: the engine is not restarted. */
  readonly supervise?: { readonly log: (line: string) => void } | undefined
}

/**
 * Starts dynoxide, or uses the engine at `DYNAMODB_ENDPOINT`. Unlike DynamoDB, dynoxide expires no items by TTL, always
 * reads consistently, and never raises TransactionConflictException.
 */
export async function startDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDbServer> {
  const { port, host, dataFile, environment = process.env, supervise } = options
  const external = externalEndpoint(environment)
  if (external !== undefined) return { endpoint: external, pid: undefined, close: async () => {} }
  const program = findDynoxide(environment['PATH'] ?? '')
  if (supervise !== undefined) {
    const { log } = supervise
    const engine = await superviseEngine({ program, log, ...present({ port, host, dataFile }) })
    return { endpoint: engine.endpoint, pid: engine.pid(), close: engine.close }
  }
  const engine = await startEngine({ program, ...present({ port, host, dataFile }) })
  return { endpoint: engine.endpoint, pid: engine.process.pid, close: engine.process.stop }
}
