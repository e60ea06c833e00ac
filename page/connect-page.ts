import { SQSClient } from '@aws-sdk/client-sqs'
import { clientSettings, connect } from '../cli/connect.ts'
import { queueDepths } from '../cli/queues.ts'
import type { StackOptions } from '../cli/stack-location.ts'
import type { LocalEndpoints, PageStack } from './server/page-stack.ts'

/** Connects the page to the stack that the flags of `dzrun` name. */
export const connectPage = async (
  options: StackOptions,
  extra: Pick<LocalEndpoints, 'killWorkers'> = {},
): Promise<PageStack> => {
  const { location, ...ports } = await connect(options)
  const { local, tableName, requestQueueUrl, deadLetterQueueUrl, rejectedQueueUrl } = location
  return {
    ...ports,
    name: local === undefined ? tableName.replace(/-runs$/, '') : 'local stack',
    tableName,
    requestQueueUrl,
    deadLetterQueueUrl,
    rejectedQueueUrl,
    sqs: new SQSClient(clientSettings(location, 'sqs', options)),
    queueDepths: () => queueDepths(location, options),
    ...(local === undefined ? {} : { local: { ...local, ...extra } }),
  }
}
