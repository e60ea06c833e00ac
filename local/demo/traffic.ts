import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs'
import type { MetadataRunRequest } from '../../lib/contracts/run-request.ts'
import type { Catalogue } from '../datazone/input/catalogue.ts'
import type { Stack } from '../stack.ts'

/** What the demo sends: a publish event for every asset, repeats of some events, requests, and a few invalid messages. */
export interface Traffic {
  readonly events: readonly {
    readonly id: string
    readonly assetId: string
    readonly projectId: string
    readonly domainId: string
  }[]
  /** The events to deliver again after their runs have started. */
  readonly lateEvents: Traffic['events']
  /** Message bodies for the request queue. */
  readonly messages: readonly string[]
  /** The number of invalid messages. */
  readonly bad: number
  readonly requests: number
}

/** Every third asset is requested again on the queue. Every eighth event is delivered again, late. */
const repeatMessageEvery = 3
const repeatEventEvery = 8

const badBodies = (template: MetadataRunRequest): readonly string[] => [
  'publish everything, please',
  JSON.stringify({ ...template, requestId: 'bad-version', version: 7 }),
  JSON.stringify({ ...template, requestId: 'bad-domain', domainId: 'my-domain' }),
  JSON.stringify({ ...template, requestId: 'bad-type', types: ['POEMS'] }),
]

/** Plans everything to send to a stack that holds `catalogue`. */
export const planTraffic = (catalogue: Catalogue): Traffic => {
  const assets = catalogue.domains.flatMap((domain) =>
    domain.assets.map((asset) => ({ domainId: domain.id, projectId: asset.projectId, assetId: asset.id })),
  )
  const events = assets.map((asset) => ({ ...asset, id: `published-${asset.assetId}` }))
  const lateEvents = events.filter((_, index) => index % repeatEventEvery === 0)
  const again = assets.flatMap((asset, index): MetadataRunRequest[] =>
    index % repeatMessageEvery === 0
      ? [
          {
            version: 1,
            requestId: `again-${asset.assetId}`,
            kind: 'METADATA_GENERATION',
            domainId: asset.domainId,
            projectId: asset.projectId,
            // Half of the requests name the revision, which saves the starter a GetAsset call.
            asset: index % 2 === 0 ? { id: asset.assetId, revision: '1' } : { id: asset.assetId },
            correlationId: 'demo',
          },
        ]
      : [],
  )
  const [first] = again
  const bad = first === undefined ? [] : badBodies(first)
  const messages = [...again.map((request) => JSON.stringify(request)), ...bad]
  const requests = events.length + lateEvents.length + messages.length
  return { events, lateEvents, messages, bad: bad.length, requests }
}

const batch = 10

const sendMessages = async (bodies: readonly string[], queueUrl: string, sqs: SQSClient) => {
  for (let from = 0; from < bodies.length; from += batch) {
    const entries = bodies
      .slice(from, from + batch)
      .map((MessageBody, index) => ({ Id: String(index), MessageBody }))
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
    )
    if (Failed.length > 0)
      throw new Error(
        `the request queue refused ${Failed.length} messages: ${Failed[0]?.Message ?? Failed[0]?.Code}`,
      )
  }
}

const publish = (events: Traffic['events'], stack: Stack): void => {
  for (const { id, domainId, projectId, assetId } of events) {
    stack.publishServiceEvent({
      id,
      source: 'aws.datazone',
      'detail-type': 'Asset Added To Catalog',
      detail: {
        version: '1',
        metadata: { domain: domainId, owningProjectId: projectId, id: 'listing', version: '1' },
        data: { assetId },
      },
    })
  }
}

/** Publishes the events on the bus and sends the messages on the queue. */
export const send = async (traffic: Traffic, stack: Stack, sqs: SQSClient): Promise<void> => {
  publish(traffic.events, stack)
  await sendMessages(traffic.messages, stack.queueUrls['RequestQueue'] ?? '', sqs)
}

/** Publishes the late events again. */
export const repeatLate = (traffic: Traffic, stack: Stack): void => publish(traffic.lateEvents, stack)
