import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

/**
 * Requests a run for each asset that a load has changed. The request id is made of the load and the asset, so a repeated
 * load sends the same requests, which the orchestrator recognizes as duplicates.
 */
const [load, domainId, projectId, ...assetIds] = process.argv.slice(2)
const queueUrl = process.env['REQUEST_QUEUE_URL']
if (load === undefined || domainId === undefined || projectId === undefined || assetIds.length === 0) {
  throw new Error('usage: node request-run.ts LOAD DOMAIN_ID PROJECT_ID ASSET_ID...')
}
if (queueUrl === undefined) throw new Error('set REQUEST_QUEUE_URL, an output of the stack')

const sqs = new SQSClient({})
for (const id of assetIds) {
  const request = {
    version: 1,
    requestId: `${load}/${id}`,
    kind: 'METADATA_GENERATION',
    domainId,
    projectId,
    asset: { id },
    correlationId: load,
  }
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify(request) }))
  console.log(`requested ${request.requestId}`)
}
