import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode, type HttpServer, type ListenOptions, listen, readBody } from '../servers/http.ts'
import { type Engine, startEngine } from './engine.ts'

export interface SupervisionOptions extends ListenOptions {
  readonly program: string
  /** The SQLite file of the data. Default: a temporary one. */
  readonly dataFile?: string | undefined
  readonly log: (line: string) => void
}

/** A dynoxide that is restarted on the same data when it dies, behind an address that stays the same. */
export interface SupervisedEngine {
  readonly endpoint: string
  /** Returns the process id of the engine that runs now. */
  pid(): number
  close(): Promise<void>
}

/**
 * The pause between a crash and the restart, in ms. It keeps an engine that cannot run from restarting in a busy loop.
 */
const restartPauseMs = 200
/** How long a call waits for a restart, in ms. */
const restartDeadlineMs = 5_000

/** Starts dynoxide behind a proxy, and restarts it whenever it ends. */
export async function superviseEngine(options: SupervisionOptions): Promise<SupervisedEngine> {
  if (options.dataFile !== undefined) return supervised(options, options.dataFile)
  const directory = await mkdtemp(join(tmpdir(), 'dynoxide-'))
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    const engine = await supervised(options, join(directory, 'data.sqlite'))
    const close = () => engine.close().finally(remove)
    return { ...engine, close }
  } catch (error) {
    await remove()
    throw error
  }
}

async function supervised(options: SupervisionOptions, dataFile: string): Promise<SupervisedEngine> {
  const { program, log } = options
  let engine: Engine = await startEngine({ program, dataFile })
  let isClosing = false

  const supervise = async (): Promise<void> => {
    while (!isClosing) {
      const problem = await engine.process.ended
      if (isClosing) return
      const reason = problem.split('\n').at(-1)
      log(
        `the DynamoDB engine has died${reason === '' ? '' : ` (${reason})`}: restarting it on the same data`,
      )
      await delay(restartPauseMs)
      if (isClosing) return
      try {
        engine = await startEngine({ program, dataFile })
        log('the DynamoDB engine is back')
      } catch (error) {
        log(error instanceof Error ? error.message : String(error))
      }
    }
  }
  const front = await frontOf(options, () => engine.endpoint).catch(async (error: unknown) => {
    isClosing = true
    await engine.process.stop()
    throw error
  })
  const supervising = supervise()
  return {
    endpoint: front.endpoint,
    pid: () => engine.process.pid,
    close: async () => {
      isClosing = true
      await front.close()
      await engine.process.stop()
      await supervising
    },
  }
}

/** Starts the proxy. It also answers the health check, which the engine lacks. */
function frontOf(options: ListenOptions, upstream: () => string): Promise<HttpServer> {
  const agent = new Agent({ keepAlive: true })
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    if (message.url === '/_local/health') {
      const body = JSON.stringify({ service: 'dynamodb', status: 'ok' })
      response.writeHead(200, { 'content-type': 'application/json' }).end(body)
      return
    }
    const answer = await forward(message, await readBody(message))
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  }
  /**
   * Waits for an engine that is restarting. A call whose connection broke is not repeated, because it may have taken
   * effect.
   */
  const forward = async (message: IncomingMessage, body: Buffer): Promise<IncomingMessage> => {
    const { method = 'POST', headers, url = '/' } = message
    const deadlineMs = Date.now() + restartDeadlineMs
    for (;;) {
      const answer = Promise.withResolvers<IncomingMessage>()
      httpRequest(new URL(url, upstream()), { method, headers, agent }, answer.resolve)
        .on('error', answer.reject)
        .end(body)
      try {
        return await answer.promise
      } catch (error) {
        if (errorCode(error) !== 'ECONNREFUSED' || Date.now() > deadlineMs) throw error
        await delay(restartPauseMs / 4)
      }
    }
  }
  return listen(
    'DynamoDB',
    (message, response) => {
      handle(message, response).catch(() => message.socket.destroy())
    },
    options,
  )
}
