import { SQSClient } from '@aws-sdk/client-sqs'
import { dataZoneClient } from '../cli/catalog.ts'
import { clientSettings, connect } from '../cli/connect.ts'
import { queueDepths } from '../cli/queues.ts'
import type { StackOptions } from '../cli/stack-location.ts'
import policyFile from '../config/policy.json' with { type: 'json' }
import { dataZoneCatalog } from '../lib/adapters/datazone/catalog.ts'
import { dynamoDbCapUsage } from '../lib/adapters/dynamodb/cap-usage.ts'
import { parsePolicy } from '../lib/contracts/policy-file.ts'
import { connectEvents } from './connect-events.ts'
import type { LocalEndpoints, PageStack } from './server/page-stack.ts'

/**
 * Connects the page to the stack that the flags of `dzrun` name. With `events` it makes a temporary rule and queue for each bus
 * of a deployed stack, which the page removes when it closes.
 */
export const connectPage = async (
  options: StackOptions,
  extra: Pick<LocalEndpoints, 'killWorkers'> & { readonly events?: boolean } = {},
): Promise<PageStack> => {
  const { location, ...ports } = await connect(options)
  // The policy that the local stack was packaged with, and that a deployed one was, unless it has changed since.
  const policy = parsePolicy(policyFile)
  const { events = false, ...endpoints } = extra
  const { local, tableName, requestQueueUrl, deadLetterQueueUrl, rejectedQueueUrl } = location
  return {
    ...ports,
    name: local === undefined ? tableName.replace(/-runs$/, '') : 'local stack',
    tableName,
    requestQueueUrl,
    deadLetterQueueUrl,
    rejectedQueueUrl,
    capUsage: dynamoDbCapUsage(ports.client, tableName),
    catalog: dataZoneCatalog(dataZoneClient(location, options)),
    ...(policy.ok ? { policy: policy.value } : {}),
    sqs: new SQSClient(clientSettings(location, 'sqs', options)),
    queueDepths: () => queueDepths(location, options),
    ...(events && local === undefined ? { busEvents: await connectEvents(location, options) } : {}),
    ...(local === undefined ? {} : { local: { ...local, ...endpoints } }),
  }
}
