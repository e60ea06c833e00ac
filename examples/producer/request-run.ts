import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'

/**
 * Requests a run for each asset that a load has changed. A request id consists of the load and the asset, so a repeated
 * load sends the same request ids and the orchestrator recognizes duplicates.
 */
const [load, domainId, projectId, ...assetIds] = process.argv.slice(2)
const queueUrl = process.env['REQUEST_QUEUE_URL']
if (load === undefined || domainId === undefined || projectId === undefined || assetIds.length === 0) {
  throw new Error('usage: node request-run.ts LOAD DOMAIN_ID PROJECT_ID ASSET_ID...')
}
if (queueUrl === undefined)
  throw new Error('REQUEST_QUEUE_URL is not set: use the output RequestQueueUrl of the stack')

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
