import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Transport } from '../calls/answer.ts'
import { longestDelayMs } from '../calls/fault-schema.ts'
import { createDataZone, type DataZone, type DataZoneOptions } from '../datazone.ts'
import { answerControl, isControlPath } from './control-api.ts'
import { errorReply, type Reply } from './reply.ts'
import { maxBodyBytes, type RequestBody, readBody } from './request-body.ts'
import { answerService } from './service-api.ts'

/** A simulator that listens until it is stopped. */
export type DataZoneServer = {
  /** The URL that an SDK client takes as its endpoint. */
  endpoint: string
  datazone: DataZone
  /** Closes every connection, drops delayed answers, and frees the port. May be called twice. */
  stop: () => Promise<void>
}

/** Defaults: a free port, `Date.now` as the clock and the seed 1. */
export type DataZoneServerOptions = Partial<DataZoneOptions> & {
  port?: number
  host?: string
  /** The DataZone to serve. Default: a new one with the other options. */
  datazone?: DataZone
}

/** How long an idle connection stays open, in ms: as long as at AWS endpoints, and longer than an SDK keeps one. */
const keepAliveMs = 60_000

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = `port ${port} of ${host} is in use: stop the process that listens there, or give another port (0 finds a free one)`
      reject(
        new Error(
          `the DataZone simulator cannot start: ${cause.code === 'EADDRINUSE' ? inUse : cause.message}`,
          { cause },
        ),
      )
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** Returns the path of a request target as it was sent, dot segments included, and its query. */
const splitTarget = (target: string): { path: string; query: URLSearchParams } => {
  const origin = target.startsWith('/') ? '' : (/^https?:\/\/[^/?]*/i.exec(target)?.[0] ?? target)
  const [path = '', ...query] = target.slice(origin.length).split('?')
  return { path: path.startsWith('/') ? path : `/${path}`, query: new URLSearchParams(query.join('?')) }
}

const refusals = {
  'too long': {
    status: 413,
    name: 'RequestEntityTooLargeException',
    message: `the request body is longer than ${maxBodyBytes} bytes: shorten it`,
  },
  compressed: {
    status: 415,
    name: 'UnsupportedMediaTypeException',
    message: 'the request body is compressed (content-encoding): send it uncompressed',
  },
  'not UTF-8': {
    status: 400,
    name: 'SerializationException',
    message: 'the request body is not valid UTF-8: encode the JSON as UTF-8',
  },
} as const

/** Returns the access key of a SigV4 signature, without checking the signature. */
const accessKeyOf = ({ headers }: IncomingMessage): string | undefined =>
  /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1]

const replyTo = (datazone: DataZone, request: IncomingMessage, sent: RequestBody): Reply => {
  const { method = 'GET', url: target = '/' } = request
  const { path, query } = splitTarget(target)
  const isControl = isControlPath(path)
  const refuse = (status: number, name: string, message: string): Reply =>
    isControl ? { status, body: { message } } : errorReply(status, name, message)
  if ('refused' in sent) {
    const { status, name, message } = refusals[sent.refused]
    return refuse(status, name, message)
  }
  let body: unknown
  try {
    if (sent.text !== '') body = JSON.parse(sent.text)
    else if (!isControl) body = {}
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    return refuse(400, 'SerializationException', `the request body is not JSON: ${reason}`)
  }
  const parsed = { method, path, query, body, accessKeyId: accessKeyOf(request) }
  return isControl ? answerControl(datazone.control, parsed) : answerService(datazone, parsed)
}

const commonHeaders = () => ({ 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() })

/** Sends the first half of the body and then closes the connection. */
const sendTruncated = (response: ServerResponse, { status, headers, body }: Reply): void => {
  const text = Buffer.from(JSON.stringify(body))
  response.writeHead(status, { ...commonHeaders(), ...headers, 'content-length': text.length })
  response.write(text.subarray(0, text.length >> 1), () => response.destroy())
}

const sendTransport = (response: ServerResponse, transport: Transport, reply: Reply): void => {
  switch (transport.kind) {
    case 'raw':
      response.writeHead(transport.status, transport.headers).end(transport.body)
      return
    case 'truncated':
      sendTruncated(response, reply)
      return
    case 'hang':
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    default:
      transport satisfies never
  }
}

const send = (response: ServerResponse, reply: Reply): void => {
  const { lost, status, headers, body, transport } = reply
  if (transport !== undefined) sendTransport(response, transport, reply)
  else if (lost) response.destroy()
  else response.writeHead(status, { ...commonHeaders(), ...headers }).end(JSON.stringify(body))
}

/** Handles one request. Ignores a caller that closes its connection. Answers a defect of the simulator with a 500. */
const handle = async (
  datazone: DataZone,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.url === '/_local/health')
    return send(response, { status: 200, body: { service: 'datazone', status: 'ok' } })
  const sent = await readBody(request)
  if (sent === undefined) return
  let reply: Reply
  try {
    reply = replyTo(datazone, request, sent)
  } catch (defect) {
    console.error('the DataZone simulator failed on', request.method, request.url, defect)
    reply = errorReply(500, 'InternalServerException', `the simulator failed: ${defect}`)
  }
  if (!reply.delayMs) return send(response, reply)
  const delayed = setTimeout(() => send(response, reply), Math.min(reply.delayMs, longestDelayMs))
  response.once('close', () => clearTimeout(delayed))
}

/**
 * Serves a simulated DataZone to any AWS SDK (restJson1; signatures are not checked), and its control under
 * `/_simulator/`, on 127.0.0.1 or the given host. Rejects when the port is in use, with the fix.
 */
export const startDataZoneServer = async (options: DataZoneServerOptions = {}): Promise<DataZoneServer> => {
  const { port = 0, host = '127.0.0.1', datazone: served, ...given } = options
  const datazone = served ?? createDataZone({ seed: 1, now: Date.now, ...given })
  const server = createServer({ keepAliveTimeout: keepAliveMs }, (request, response) => {
    void handle(datazone, request, response)
  })
  const listeningPort = await listen(server, port, host)
  return {
    endpoint: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${listeningPort}`,
    datazone,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
