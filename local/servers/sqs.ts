import { buildApp } from 'fauxqs'
import { portError } from './http.ts'

/** The account of every queue: the SQS server knows no other. */
export const localAccountId = '000000000000'

/** An SQS server to talk to. */
export interface SqsServer {
  readonly endpoint: string
  close(): Promise<void>
}

/** The operations whose answers hold queue URLs. */
const answersWithUrls = /\.(CreateQueue|GetQueueUrl|ListQueues)$/

/** Starts an SQS server, in memory, on loopback. */
export async function startSqs(port = 0): Promise<SqsServer> {
  const app = buildApp({ logger: false })
  // It names queues sqs.<region>.localhost, which few resolvers know; whoever asked reached us by this host.
  app.addHook('onSend', async (request, _reply, payload) =>
    typeof payload === 'string' && answersWithUrls.test(String(request.headers['x-amz-target']))
      ? payload.replaceAll(/http:\/\/sqs\.[\w-]+\.localhost(:\d+)?/g, `http://${request.headers.host}`)
      : payload,
  )
  try {
    return { endpoint: await app.listen({ host: '127.0.0.1', port }), close: () => app.close() }
  } catch (error) {
    throw portError('SQS', port, error)
  }
}

/** The URL of a queue, for the functions' environment: a client that follows its host reaches this server. */
export function queueUrlAt(endpoint: string): (queueName: string) => string {
  return (queueName) => `${endpoint}/${localAccountId}/${queueName}`
}
