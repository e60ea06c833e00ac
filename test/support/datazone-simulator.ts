import { DataZoneClient, type StartMetadataGenerationRunInput } from '@aws-sdk/client-datazone'
import { afterEach, expect } from 'vitest'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { type DataZoneServerOptions, startDataZoneServer } from '../../local/datazone/http/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'

/** What to undo after a test, in reverse order. */
export const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** Returns a client of the AWS SDK that makes one attempt per call. */
export const clientOf = (endpoint: string, accessKeyId = 'local'): DataZoneClient =>
  new DataZoneClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  })

/** Starts a simulator on a free port with the sample catalogue, an SDK client, and `sendRequest`, which sends raw requests. */
export const startSimulator = async (options: DataZoneServerOptions = {}) => {
  const server = await startDataZoneServer({ seed: 'test', failureShare: 0, ...options })
  const client = clientOf(server.endpoint)
  cleanups.push(server.stop, () => client.destroy())
  server.datazone.control.loadCatalogue(sampleWithDataSources(24))
  const sendRequest = async (method: string, path: string, body?: string) => {
    const answer = await fetch(`${server.endpoint}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  return { ...server, client, sendRequest }
}

/** A Start that succeeds with the sample catalogue. */
export const startRequest: StartMetadataGenerationRunInput = {
  domainIdentifier: sampleDomainId,
  owningProjectIdentifier: 'salesproject01',
  target: { type: 'ASSET', identifier: 'tpcds_store_sales' },
  types: ['BUSINESS_NAMES'],
  clientToken: 'token',
}

/** Matches an error whose message contains this text. */
export const withMessage = (text: string) => ({ message: expect.stringContaining(text) })
