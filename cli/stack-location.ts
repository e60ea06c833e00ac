import { readFile } from 'node:fs/promises'
import * as z from 'zod/mini'
import { present } from '../lib/run/present.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'

/** Where a stack is: the resources that commands use, and the environment for SDK clients. */
export interface StackLocation {
  readonly tableName: string
  readonly requestQueueUrl: string
  readonly deadLetterQueueUrl: string
  readonly rejectedQueueUrl: string
  readonly eventBusName: string
  /** The role that calls DataZone for the functions; absent for a local stack. */
  readonly catalogRoleArn?: string
  /** Endpoints by service, and credentials: set for a local stack only. */
  readonly local?: LocalAccess
}

interface LocalAccess {
  readonly dynamodb: string
  readonly sqs: string
  readonly datazone: string
  readonly eventbridge: string
  readonly region: string
  /** The domain of the simulator, where it has just one. */
  readonly domainId?: string
}

/** The flags that every command with a stack takes. */
export interface StackOptions {
  readonly local?: boolean | string
  readonly stage?: string
  readonly stack?: string
  readonly region?: string
  readonly profile?: string
}

const defaultEnvFile = '.local/env'

const LocalEnvironment = z.object({
  AWS_REGION: z.string(),
  AWS_ENDPOINT_URL_DYNAMODB: z.string(),
  AWS_ENDPOINT_URL_SQS: z.string(),
  AWS_ENDPOINT_URL_DATAZONE: z.string(),
  AWS_ENDPOINT_URL_EVENTBRIDGE: z.string(),
  RUN_TABLE: z.string(),
  REQUEST_QUEUE_URL: z.string(),
  REQUEST_DLQ_URL: z.string(),
  REJECTED_QUEUE_URL: z.string(),
  RUN_BUS: z.string(),
  DZRUN_DOMAIN: z.optional(z.string()),
})

/** Reads `export NAME='value'` lines. */
const variablesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/^export ([A-Z_]+)='([^']*)'$/gm)].map(([, name = '', value = '']) => [name, value]),
  )

/** The local stack whose env file `npm start` wrote. */
const locateLocal = async (file: string): Promise<StackLocation> => {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    const message = `no local stack: ${file} does not exist; run npm start, or give --local FILE`
    throw new CommandFailed(exitCodes.usage, message, { cause })
  })
  const read = z.safeParse(LocalEnvironment, variablesOf(text))
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => path.join('.')).join(', ')
    throw new CommandFailed(exitCodes.usage, `${file} lacks ${missing}; run npm start again to write it`)
  }
  const env = read.data
  return {
    tableName: env.RUN_TABLE,
    requestQueueUrl: env.REQUEST_QUEUE_URL,
    deadLetterQueueUrl: env.REQUEST_DLQ_URL,
    rejectedQueueUrl: env.REJECTED_QUEUE_URL,
    eventBusName: env.RUN_BUS,
    local: {
      dynamodb: env.AWS_ENDPOINT_URL_DYNAMODB,
      sqs: env.AWS_ENDPOINT_URL_SQS,
      datazone: env.AWS_ENDPOINT_URL_DATAZONE,
      eventbridge: env.AWS_ENDPOINT_URL_EVENTBRIDGE,
      region: env.AWS_REGION,
      ...present({ domainId: env.DZRUN_DOMAIN }),
    },
  }
}

const Outputs = z.object({
  RunTableName: z.string(),
  RequestQueueUrl: z.string(),
  RequestDeadLetterQueueUrl: z.string(),
  RejectedQueueUrl: z.string(),
  RunEventBusName: z.string(),
  CatalogRoleArn: z.optional(z.string()),
})

/** The deployed stack whose CloudFormation outputs name the resources. */
const locateDeployed = async (stackName: string, options: StackOptions): Promise<StackLocation> => {
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation')
  const client = new CloudFormationClient({
    ...present({ region: options.region, profile: options.profile }),
  })
  const answer = await client
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      const message = `cannot read stack ${stackName}: ${why}; check --stage, --region and your credentials`
      throw new CommandFailed(exitCodes.service, message, { cause })
    })
  const outputs = (answer.Stacks?.[0]?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [
    OutputKey,
    OutputValue,
  ])
  const read = z.safeParse(Outputs, Object.fromEntries(outputs))
  if (!read.success) {
    const missing = read.error.issues.map(({ path }) => path.join('.')).join(', ')
    throw new CommandFailed(
      exitCodes.usage,
      `stack ${stackName} has no output ${missing}; is it this service?`,
    )
  }
  const {
    RunTableName,
    RequestQueueUrl,
    RequestDeadLetterQueueUrl,
    RejectedQueueUrl,
    RunEventBusName,
    CatalogRoleArn,
  } = read.data
  return {
    tableName: RunTableName,
    requestQueueUrl: RequestQueueUrl,
    deadLetterQueueUrl: RequestDeadLetterQueueUrl,
    rejectedQueueUrl: RejectedQueueUrl,
    eventBusName: RunEventBusName,
    ...present({ catalogRoleArn: CatalogRoleArn }),
  }
}

/**
 * Finds the stack that the flags name: `--local`, `--stage` or `--stack`; without any of them the local one.
 * @throws CommandFailed when there is none, or it cannot be read
 */
export const locateStack = async (options: StackOptions): Promise<StackLocation> => {
  const name =
    options.stack ?? (options.stage === undefined ? undefined : `datazone-run-orchestrator-${options.stage}`)
  if (name !== undefined && options.local !== undefined)
    throw new CommandFailed(exitCodes.usage, 'give --local, or --stage or --stack, not both')
  if (name !== undefined) return locateDeployed(name, options)
  return locateLocal(typeof options.local === 'string' ? options.local : defaultEnvFile)
}
