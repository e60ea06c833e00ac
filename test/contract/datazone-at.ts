import { DataZoneClient } from '@aws-sdk/client-datazone'
import { dataZoneGateway } from '../../lib/adapters/datazone/gateway.ts'
import type { ApiSetting } from '../../lib/ports/datazone.ts'
import { listen } from '../../local/servers/http.ts'
import { domainId } from './datazone-under-test.ts'

interface Reply {
  readonly status?: number
  readonly error?: string
  readonly body: string | object
}

/** The clients and servers that a test has opened; see `closeOpened`. */
export const opened: { close(): Promise<void> }[] = []

/** Closes everything in `opened`. */
export const closeOpened = async (): Promise<void> => {
  for (const one of opened.splice(0)) await one.close()
}

/** Returns the gateway for an endpoint, and the unreadable fields that it reports. */
export const gatewayAt = (endpoint: string, api?: ApiSetting) => {
  const client = new DataZoneClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  })
  const unreadable: string[] = []
  const datazone = dataZoneGateway({
    starts: client,
    reads: client,
    ...(api === undefined ? {} : { api }),
    report: (operation, fields) => unreadable.push(...fields.map((field) => `${operation} ${field}`)),
  })
  opened.push({ close: async () => client.destroy() })
  return { datazone, unreadable }
}

/** Starts a server that sends these replies in order and then repeats the last one. Returns its gateway. */
export const answering = async (...replies: [Reply, ...Reply[]]) => {
  const received: { body: string; authorization: string | undefined }[] = []
  const server = await listen('scripted answers', async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const {
      status = 200,
      error,
      body: answer,
    } = replies[Math.min(received.length, replies.length - 1)] ?? replies[0]
    received.push({ body, authorization: request.headers.authorization })
    response
      .writeHead(status, {
        'content-type': 'application/json',
        ...(error === undefined ? {} : { 'x-amzn-errortype': error }),
      })
      .end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  })
  opened.push(server)
  return { ...gatewayAt(server.endpoint), received }
}

export const metadataRun = {
  domainId,
  id: 'run-1',
  owningProjectId: 'project-1',
  status: 'SUBMITTED',
  types: ['BUSINESS_NAMES'],
  target: { type: 'ASSET', identifier: 'asset-1', revision: '4' },
}

export const expectedRun = {
  runId: 'run-1',
  nativeStatus: 'SUBMITTED',
  types: ['BUSINESS_NAMES'],
  assetId: 'asset-1',
  revision: '4',
}
