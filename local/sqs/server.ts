import { randomUUID } from 'node:crypto'
import { buildApp } from 'fauxqs'
import { accountId } from '../datazone/world/account.ts'
import { endpointOf, type ListenOptions, portError } from '../servers/http.ts'
import { type PublishedMessage, publishedMessage, publishedMessages } from '../sns/published.ts'
import { fauxqsStores } from './fauxqs-stores.ts'
import { messageMoves } from './message-moves.ts'
import { purgeGuard } from './purge-guard.ts'
import { SqsError } from './sqs-error.ts'

/** A running server of SQS and, at the same address, SNS. */
export interface SqsServer {
  readonly endpoint: string
  /** Returns the last messages that topics accepted, oldest first. */
  published(): readonly PublishedMessage[]
  close(): Promise<void>
}

/** The operations whose answers contain queue URLs. */
const answersWithUrls = /\.(CreateQueue|GetQueueUrl|ListQueues)$/

export interface SqsOptions extends ListenOptions {
  /** Keeps queues and messages in this directory. Default: in memory. */
  readonly dataDir?: string | undefined
  readonly now?: () => number
  /** Receives each message that a topic accepts. */
  readonly onPublish?: ((message: PublishedMessage) => void) | undefined
}

type App = ReturnType<typeof buildApp>
type Operations = Readonly<Record<string, (input: unknown) => object | undefined>>

/**
 * Starts fauxqs, with the message move tasks and the purge limit that it lacks. Rejects when the port is in use, with
 * the fix.
 */
export async function startSqs(options: SqsOptions = {}): Promise<SqsServer> {
  const { port = 0, host = '127.0.0.1', dataDir, now = Date.now, onPublish } = options
  const { stores, close } = await fauxqsStores(dataDir)
  const { stop, ...moves } = messageMoves(stores.sqsStore)
  const app = buildApp({ logger: false, stores })
  app.get('/_local/health', async () => ({ service: 'sqs', status: 'ok' }))
  addOperations(app, { ...moves, PurgeQueue: purgeGuard(stores.sqsStore, now) })
  addAnswerHook(app)
  const published = publishedMessages(onPublish)
  app.addHook('onResponse', async (request, reply) => {
    const message = reply.statusCode === 200 ? publishedMessage(request.body, now()) : undefined
    if (message !== undefined) published.add(message)
  })
  app.get('/_local/notifications', async () => ({ notifications: published.all() }))
  app.addHook('preClose', async () => {
    stop()
    close()
  })
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw portError('SQS', port, error)
  }
  return {
    endpoint: endpointOf(host, app.server.address()),
    published: published.all,
    close: () => app.close(),
  }
}

/** Adds operations that run before those of fauxqs. An operation that returns undefined leaves the answer to fauxqs. */
function addOperations(app: App, operations: Operations): void {
  app.addHook('preHandler', async (request, reply) => {
    const operation = String(request.headers['x-amz-target']).replace('AmazonSQS.', '')
    try {
      const answer = operations[operation]?.(request.body)
      if (answer !== undefined) await reply.type('application/x-amz-json-1.0').send(answer)
    } catch (error) {
      if (!(error instanceof SqsError)) throw error
      const headers = { 'x-amzn-query-error': error.queryError() }
      await reply.status(400).type('application/x-amz-json-1.0').headers(headers).send(error.toBody())
    }
  })
}

/**
 * Adds a request id to every answer, and makes queue URLs reachable: fauxqs puts sqs.<region>.localhost into them,
 * which many resolvers do not know, so the host becomes that of the Host header, by which the client has reached this
 * server.
 */
function addAnswerHook(app: App): void {
  app.addHook('onSend', async (request, reply, payload) => {
    reply.header('x-amzn-requestid', randomUUID())
    return typeof payload === 'string' && answersWithUrls.test(String(request.headers['x-amz-target']))
      ? payload.replaceAll(/http:\/\/sqs\.[\w-]+\.localhost(:\d+)?/g, `http://${request.headers.host}`)
      : payload
  })
}

/** Returns a function that returns the URL of a queue. An SQS client that calls the URL's host reaches this endpoint. */
export function queueUrlAt(endpoint: string): (queueName: string) => string {
  return (queueName) => `${endpoint}/${accountId}/${queueName}`
}
