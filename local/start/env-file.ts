import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Launched } from '../launch.ts'
import { isAlive } from '../servers/is-alive.ts'
import { ownerOf, pointToStack } from './running-stacks.ts'

/** Returns the variables that point AWS SDKs and the AWS CLI at a stack and name its resources. */
export function environmentOf(
  { stack, datazone }: Launched,
  domainIds: readonly string[] = [],
): Readonly<Record<string, string>> {
  const { endpoints, region, queueUrls, busNames } = stack
  return {
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_SNS: endpoints.sns,
    AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventbridge,
    AWS_ENDPOINT_URL_DATAZONE: datazone.endpoint,
    RUN_TABLE: stack.tableName,
    RUN_BUS: busNames['RunEventBus'] ?? '',
    REQUEST_QUEUE_URL: queueUrls['RequestQueue'] ?? '',
    REQUEST_DLQ_URL: queueUrls['RequestDeadLetterQueue'] ?? '',
    REJECTED_QUEUE_URL: queueUrls['RejectedQueue'] ?? '',
    // The default of the flag --domain of dzrun.
    ...(domainIds.length === 1 ? { DZRUN_DOMAIN: domainIds[0] ?? '' } : {}),
  }
}

/**
 * Writes the variables to a file for `source`, or to `<file>-<process id>` if the file belongs to another running stack.
 * Returns the path.
 */
export async function writeEnvFile(
  file: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const owner = (await ownerOf(file)) ?? process.pid
  const path = owner !== process.pid && isAlive(owner) ? `${file}-${process.pid}` : file
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}='${value}'`)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, [`# The local stack with process id ${process.pid}`, ...lines, ''].join('\n'))
  await pointToStack(path)
  return path
}
