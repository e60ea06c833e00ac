import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import { type HttpServer, listen, readBody } from './http.ts'

/** The services that functions call. */
export type Service = 'dynamodb' | 'sqs' | 'sns' | 'eventbridge' | 'datazone'

/** A call that passes through a tap. */
export interface TappedRequest {
  readonly service: Service
  readonly method: string
  readonly path: string
  /** For example `PutItem`; undefined for REST services, which have `method` and `path`. */
  readonly operation: string | undefined
  readonly body: string
  /** The execution environment that calls; undefined for other clients. */
  readonly environmentId: string | undefined
}

/** Decides whether to forward a call (`before`) and whether to return its answer (`after`). */
export type TapHook = (request: TappedRequest, when: 'before' | 'after') => Promise<'pass' | 'hang up'>

interface Answer {
  readonly status: number
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: Buffer
}

/**
 * Starts a proxy that calls the hook for each call. It keeps the Host header, so that URLs in answers point to the
 * proxy.
 */
export async function startTap(service: Service, upstream: string, hook: TapHook): Promise<HttpServer> {
  const handle = async (message: IncomingMessage, response: ServerResponse) => {
    const body = await readBody(message)
    const request = describe(service, message, body)
    const answer =
      (await hook(request, 'before')) === 'pass' ? await forward(upstream, message, body) : undefined
    if (answer === undefined || (await hook(request, 'after')) === 'hang up') {
      message.socket.destroy()
      return
    }
    response.writeHead(answer.status, answer.headers).end(answer.body)
  }
  return listen(`the tap of ${service}`, (message, response) => {
    // A closed server must look the same with and without a tap.
    handle(message, response).catch(() => message.socket.destroy())
  })
}

function describe(service: Service, message: IncomingMessage, body: Buffer): TappedRequest {
  const target = message.headers['x-amz-target']
  const agent = message.headers['user-agent'] ?? ''
  return {
    service,
    method: message.method ?? '',
    path: message.url ?? '',
    operation: typeof target === 'string' ? target.split('.').at(-1) : undefined,
    body: body.toString(),
    // Powertools appends its own app id.
    environmentId: /\bapp\/(env-\d+)/.exec(agent)?.[1],
  }
}

function forward(upstream: string, message: IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, headers, url } = message
    const outgoing = httpRequest(
      new URL(url ?? '/', upstream),
      { method, headers, agent: false },
      (answer) => {
        readBody(answer).then(
          (content) => resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: content }),
          reject,
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}
