import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { longestDelayMs } from '../calls/faults.ts'
import { createDataZone, type DataZone, type DataZoneOptions } from '../datazone.ts'
import { answerControl, isControlPath } from './control-api.ts'
import { errorReply, type Reply } from './reply.ts'
import { maxBodyBytes, readBody } from './request-body.ts'
import { answerService } from './service-api.ts'

/** A simulator that listens, until it is stopped. */
export type DataZoneServer = {
  /** What an SDK client takes as its endpoint. */
  endpoint: string
  datazone: DataZone
  /** Breaks every connection, answers nothing that is still delayed, and frees the port. May be called twice. */
  stop: () => Promise<void>
}

/** A free port, the clock of the machine and a fixed seed, unless told otherwise. */
export type DataZoneServerOptions = Partial<DataZoneOptions> & { port?: number }

const host = '127.0.0.1'

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = `port ${port} of ${host} is taken: stop what listens there, or give another port (0 finds a free one)`
      reject(
        new Error(
          `the DataZone simulator cannot start: ${cause.code === 'EADDRINUSE' ? taken : cause.message}`,
          { cause },
        ),
      )
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** The address that was asked for; a target that is none, as the `*` of OPTIONS, is the root. */
const addressOf = (target: string): URL =>
  URL.parse(target.startsWith('/') ? `http://${host}${target}` : target) ?? new URL(`http://${host}`)

type Body = Exclude<Awaited<ReturnType<typeof readBody>>, undefined>

const replyTo = (datazone: DataZone, method: string, url: URL, sent: Body): Reply => {
  const isControl = isControlPath(url.pathname)
  const refuse = (status: number, message: string): Reply =>
    isControl ? { status, body: { message } } : errorReply(status, 'ValidationException', message)
  if (sent === 'too long')
    return refuse(413, `the request body is longer than the ${maxBodyBytes} bytes that are taken: send less`)
  let body: unknown
  try {
    if (sent.text !== '') body = JSON.parse(sent.text)
    else if (!isControl) body = {}
  } catch (cause) {
    return refuse(400, `the request body is not JSON: ${cause instanceof Error ? cause.message : cause}`)
  }
  const request = { method, url, body }
  return isControl ? answerControl(datazone.control, request) : answerService(datazone, request)
}

const send = (response: ServerResponse, { lost, status, headers, body }: Reply): void => {
  if (lost) {
    response.destroy()
    return
  }
  const always = { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() }
  response.writeHead(status, { ...always, ...headers }).end(JSON.stringify(body))
}

/** Takes one request; a connection that the other side breaks is nobody's loss, a mistake of ours is a 500. */
const handle = async (
  datazone: DataZone,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { method = 'GET', url = '/' } = request
  const sent = await readBody(request)
  if (sent === undefined) return
  let reply: Reply
  try {
    reply = replyTo(datazone, method, addressOf(url), sent)
  } catch (mistake) {
    console.error('the DataZone simulator failed on', method, url, mistake)
    reply = errorReply(500, 'InternalServerException', `the simulator failed: ${mistake}`)
  }
  if (!reply.delayMs) return send(response, reply)
  const delayed = setTimeout(() => send(response, reply), Math.min(reply.delayMs, longestDelayMs))
  response.once('close', () => clearTimeout(delayed))
}

/**
 * Serves a simulated DataZone on loopback, to any AWS SDK (restJson1; signatures are not looked at), and its
 * control under `/_simulator/`. Rejects when the port is taken, with how to mend it.
 */
export const startDataZoneServer = async (options: DataZoneServerOptions = {}): Promise<DataZoneServer> => {
  const { port = 0, ...given } = options
  const datazone = createDataZone({ seed: 1, now: Date.now, ...given })
  const server = createServer((request, response) => {
    void handle(datazone, request, response)
  })
  const listeningPort = await listen(server, port)
  return {
    endpoint: `http://${host}:${listeningPort}`,
    datazone,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
