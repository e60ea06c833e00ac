import { SQSClient } from '@aws-sdk/client-sqs'
import { dataZoneClient } from '../cli/catalog.ts'
import { clientSettings, connect } from '../cli/connect.ts'
import { currentPolicy } from '../cli/current-policy.ts'
import { queueDepths } from '../cli/queues.ts'
import type { StackOptions } from '../cli/stack-location.ts'
import { dataZoneCatalog } from '../lib/adapters/datazone/catalog.ts'
import { dynamoDbCapUsage } from '../lib/adapters/dynamodb/cap-usage.ts'
import { connectEvents } from './connect-events.ts'
import type { LocalEndpoints, PageStack } from './server/page-stack.ts'

/**
 * Connects the page to the stack that the flags of `dzrun` name. With `events` it makes a temporary rule and queue for
 * each bus of a deployed stack, which the page removes when it closes.
 */
export const connectPage = async (
  options: StackOptions,
  extra: Pick<LocalEndpoints, 'killWorkers'> & { readonly events?: boolean } = {},
): Promise<PageStack> => {
  const { location, ...ports } = await connect(options)
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
    policy: async () => (await currentPolicy({ client: ports.client, location })).policy,
    sqs: new SQSClient(clientSettings(location, 'sqs', options)),
    queueDepths: () => queueDepths(location, options),
    ...(events && local === undefined ? { busEvents: await connectEvents(location, options) } : {}),
    ...(local === undefined ? {} : { local: { ...local, ...endpoints } }),
  }
}
