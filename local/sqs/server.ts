import { buildApp } from 'fauxqs'
import { accountId } from '../datazone/world/account.ts'
import { type ListenOptions, portError } from '../servers/http.ts'

/** A running SQS server. */
export interface SqsServer {
  readonly endpoint: string
  close(): Promise<void>
}

/** The operations whose responses hold queue URLs. */
const answersWithUrls = /\.(CreateQueue|GetQueueUrl|ListQueues)$/

/** Starts an SQS server, in memory, on loopback. */
export async function startSqs({ port = 0, host = '127.0.0.1' }: ListenOptions = {}): Promise<SqsServer> {
  const app = buildApp({ logger: false })
  // fauxqs puts sqs.<region>.localhost into queue URLs, which many resolvers do not know. The Host header is reachable.
  app.addHook('onSend', async (request, _reply, payload) =>
    typeof payload === 'string' && answersWithUrls.test(String(request.headers['x-amz-target']))
      ? payload.replaceAll(/http:\/\/sqs\.[\w-]+\.localhost(:\d+)?/g, `http://${request.headers.host}`)
      : payload,
  )
  try {
    return { endpoint: await app.listen({ host, port }), close: () => app.close() }
  } catch (error) {
    throw portError('SQS', port, error)
  }
}

/** Returns the function that builds queue URLs. An SQS client that follows the URL's host reaches this endpoint. */
export function queueUrlAt(endpoint: string): (queueName: string) => string {
  return (queueName) => `${endpoint}/${accountId}/${queueName}`
}
