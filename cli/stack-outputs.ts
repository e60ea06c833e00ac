import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import * as z from 'zod/mini'
import { present } from '../lib/run/present.ts'
import { CommandFailed, type ExitCode, exitCodes } from './exit-codes.ts'
import { cachedOutputs, cacheOutputs, outputsFile, type StackOutputs } from './output-cache.ts'
import type { StackLocation, StackOptions } from './stack-location.ts'

const Outputs = z.object({
  RunTableName: z.string(),
  RequestQueueUrl: z.string(),
  RequestDeadLetterQueueUrl: z.string(),
  RejectedQueueUrl: z.string(),
  RunEventBusName: z.string(),
  CatalogRoleArn: z.optional(z.string()),
})

const settingsOf = ({ region, profile }: StackOptions) => ({ ...present({ region, profile }) })

/**
 * Returns the Region and access key that SDK clients use.
 * @throws CommandFailed when there is no Region, or there are no credentials
 */
const callerOf = async (options: StackOptions): Promise<{ region: string; accessKeyId: string }> => {
  const { config } = new DynamoDBClient(settingsOf(options))
  const region = await config.region().catch((cause: unknown) => {
    throw new CommandFailed(exitCodes.usage, 'no Region: give --region, or set AWS_REGION', { cause })
  })
  const { accessKeyId } = await config.credentials().catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    const message = `no AWS credentials: ${why}; give --profile, or log in and set AWS_PROFILE`
    throw new CommandFailed(exitCodes.refused, message, { cause })
  })
  return { region, accessKeyId }
}

const exitCodeFor = (cause: unknown): ExitCode => {
  const { name, message } = cause instanceof Error ? cause : new Error('')
  if (/does not exist/.test(message)) return exitCodes.notFound
  return /AccessDenied|ExpiredToken|InvalidClientTokenId|Unrecognized|Signature/.test(name)
    ? exitCodes.refused
    : exitCodes.service
}

const readOutputs = async (stackName: string, options: StackOptions): Promise<StackOutputs> => {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation')
  const client = new CloudFormationClient(settingsOf(options))
  const answer = await client
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `cannot read stack ${stackName}: ${why}; check --stage, --region and your credentials`
      throw new CommandFailed(exitCodeFor(cause), message, { cause })
    })
  return Object.fromEntries(
    (answer.Stacks?.[0]?.Outputs ?? []).flatMap(({ OutputKey, OutputValue }) =>
      OutputKey === undefined || OutputValue === undefined ? [] : [[OutputKey, OutputValue]],
    ),
  )
}

const locationOf = (stackName: string, outputs: StackOutputs): StackLocation => {
  const read = z.safeParse(Outputs, outputs)
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => path.join('.')).join(', ')
    throw new CommandFailed(
      exitCodes.usage,
      `stack ${stackName} has no output ${missing}; is it a stack of this service?`,
    )
  }
  const { data } = read
  return {
    tableName: data.RunTableName,
    requestQueueUrl: data.RequestQueueUrl,
    deadLetterQueueUrl: data.RequestDeadLetterQueueUrl,
    rejectedQueueUrl: data.RejectedQueueUrl,
    eventBusName: data.RunEventBusName,
    stackName,
    ...present({ catalogRoleArn: data.CatalogRoleArn }),
  }
}

/**
 * Returns the deployed stack whose CloudFormation outputs name the resources. The outputs are cached for ten minutes.
 * @throws CommandFailed when the stack cannot be read, or is another service's
 */
export const locateDeployed = async (stackName: string, options: StackOptions): Promise<StackLocation> => {
  const { region, accessKeyId } = await callerOf(options)
  const endpoint =
    process.env['AWS_ENDPOINT_URL_CLOUDFORMATION'] ?? process.env['AWS_ENDPOINT_URL'] ?? 'default'
  const file = outputsFile([stackName, region, accessKeyId, endpoint])
  const nowMs = Date.now()
  const cached = options.cache === false ? undefined : await cachedOutputs(file, nowMs)
  if (cached !== undefined) return locationOf(stackName, cached)
  const outputs = await readOutputs(stackName, options)
  const location = locationOf(stackName, outputs)
  await cacheOutputs(file, outputs, nowMs)
  return location
}
