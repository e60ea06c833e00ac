import { DataZoneClient, type StartMetadataGenerationRunInput } from '@aws-sdk/client-datazone'
import { afterEach, expect } from 'vitest'
import { sampleDomainId } from '../../local/catalogue/catalogue.ts'
import { type DataZoneServerOptions, startDataZoneServer } from '../../local/datazone/http/server.ts'
import { sampleWithDataSources } from '../../local/simulator-catalogue.ts'

/** What a test undoes when it ends, the latest first. */
export const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

/** A client of the AWS SDK that makes one attempt. */
export const clientOf = (endpoint: string, accessKeyId = 'local'): DataZoneClient =>
  new DataZoneClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'local' },
    maxAttempts: 1,
  })

/** A simulator on a free port with the sample catalogue, its SDK client, and `ask` for requests of any kind. */
export const startSimulator = async (options: DataZoneServerOptions = {}) => {
  const server = await startDataZoneServer({ seed: 'test', failureShare: 0, ...options })
  const client = clientOf(server.endpoint)
  cleanups.push(server.stop, () => client.destroy())
  server.datazone.control.loadCatalogue(sampleWithDataSources(24))
  const ask = async (method: string, path: string, body?: string) => {
    const answer = await fetch(`${server.endpoint}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    })
    return { status: answer.status, headers: answer.headers, body: await answer.json() }
  }
  return { ...server, client, ask }
}

/** A Start that the sample catalogue takes. */
export const startRequest: StartMetadataGenerationRunInput = {
  domainIdentifier: sampleDomainId,
  owningProjectIdentifier: 'salesproject01',
  target: { type: 'ASSET', identifier: 'tpcds_store_sales' },
  types: ['BUSINESS_NAMES'],
  clientToken: 'token',
}

/** An error whose message has this text in it. */
export const saying = (text: string) => ({ message: expect.stringContaining(text) })
