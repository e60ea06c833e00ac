import { readFile } from 'node:fs/promises'
import * as z from 'zod/mini'
import { present } from '../lib/run/present.ts'
import { CommandFailed, exitCodes } from './exit-codes.ts'
import type { StackLocation, StackOptions } from './stack-location.ts'

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

/** Returns the env file of the only running local stack. @throws CommandFailed when none or several run */
const runningEnvFile = async (): Promise<string> => {
  const { ownerOf, runningStacks } = await import('../local/start/running-stacks.ts')
  const [only, ...others] = await runningStacks()
  if (only !== undefined && others.length === 0) return only.file
  if (only !== undefined) {
    const listed = [only, ...others].map(({ file, pid }) => `${file} (process ${pid})`).join(', ')
    throw new CommandFailed(
      exitCodes.usage,
      `${others.length + 1} local stacks run; name one with --local FILE: ${listed}`,
    )
  }
  const ended = await ownerOf(defaultEnvFile)
  const left = ended === undefined ? '' : ` (${defaultEnvFile} belongs to process ${ended}, which has ended)`
  throw new CommandFailed(
    exitCodes.usage,
    `no local stack runs${left}; run npm start, or name a deployed stack with --stage or --stack`,
  )
}

/** Returns the local stack of an env file that `npm start` wrote. */
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

/**
 * Finds the stack that the flags name: `--local`, `--stage` or `--stack`; without any of them the one local stack that runs.
 * @throws CommandFailed when there is none, there are several, or it cannot be read
 */
export const locateStack = async (options: StackOptions): Promise<StackLocation> => {
  const name =
    options.stack ?? (options.stage === undefined ? undefined : `datazone-run-orchestrator-${options.stage}`)
  if (name !== undefined && options.local !== undefined)
    throw new CommandFailed(exitCodes.usage, 'give --local, or --stage or --stack, not both')
  if (name === undefined)
    return locateLocal(typeof options.local === 'string' ? options.local : await runningEnvFile())
  const { locateDeployed } = await import('./stack-outputs.ts')
  return locateDeployed(name, options)
}
