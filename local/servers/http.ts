import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HttpServer {
  readonly endpoint: string
  readonly port: number
  /** Closes the server and every connection to it. */
  close(): Promise<void>
}

/** Where a server listens. Default: any free port of 127.0.0.1. */
export interface ListenOptions {
  readonly port?: number | undefined
  readonly host?: string | undefined
}

/** Starts an HTTP server. `name` names the service in error messages. Rejects with `portError`. */
export async function listen(
  name: string,
  handler: RequestListener,
  { port = 0, host = '127.0.0.1' }: ListenOptions = {},
): Promise<HttpServer> {
  const server = createServer({ keepAliveTimeout: 60_000 }, handler)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(name, port, error)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    endpoint: endpointOf(host, address),
    port: portOf(address),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Returns the URL at which clients on this machine reach a server that listens on `host`. */
export function endpointOf(host: string, address: AddressInfo | string | null): string {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${portOf(address)}`
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port')
  return address.port
}

/** A server did not start, because another process listens on its port. */
export class PortInUse extends Error {
  readonly port: number

  constructor(name: string, port: number, cause: unknown) {
    super(`Port ${port} is in use: give ${name} another port, or 0 for any`, { cause })
    this.port = port
  }
}

/** Returns an error that says in one line which port is in use, or that the service did not start. */
export function portError(name: string, port: number, error: unknown): Error {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    ? new PortInUse(name, port, error)
    : new Error(`${name} did not start`, { cause: error })
}

/** Reads a whole request body. */
export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Returns the system error code, such as ECONNREFUSED, of an error or of one of its causes; undefined without one. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return errorCode(error.errors[0])
  return errorCode(error.cause)
}
