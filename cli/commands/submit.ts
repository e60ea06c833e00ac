import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { parseWith } from '../../lib/contracts/problems.ts'
import { RunRequest } from '../../lib/contracts/run-request.ts'
import type { RunStore } from '../../lib/ports/run-store.ts'
import type { SkipHistory } from '../../lib/ports/skip-log.ts'
import { generationTypes, isRequestedBy, lanes, type Run } from '../../lib/run/run.ts'
import { skipText, standingOf } from '../../lib/usecases/inspect/describe-run.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { sendRequests } from '../queues.ts'
import { assetHelp, resolveAssets } from '../resolve-asset.ts'
import { type RequestFlags, requestFor } from '../run-requests.ts'
import { printable } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface SubmitOptions extends RequestFlags {
  readonly requestId?: string
  readonly file?: string
  readonly dryRun?: boolean
  readonly wait?: boolean
  readonly timeout: number
}

type Connection = Awaited<ReturnType<typeof connect>>

const typesOf = (value: string): readonly string[] =>
  value.split(',').map((type) => type.trim().toUpperCase())

const readInput = async (file: string): Promise<string> => {
  if (file !== '-') return readFile(file, 'utf8')
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  return text
}

/** Parses JSON lines; every wrong line is named, and none is sent. */
const requestsOfLines = (text: string): readonly RunRequest[] => {
  const requests: RunRequest[] = []
  const problems: string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue
    try {
      const parsed = parseWith(RunRequest, JSON.parse(line))
      if (parsed.ok) requests.push(parsed.value)
      else problems.push(...parsed.problems.map((problem) => `line ${index + 1}: ${problem}`))
    } catch {
      problems.push(`line ${index + 1}: is not JSON`)
    }
  }
  if (problems.length > 0)
    throw new CommandFailed(exitCodes.usage, `nothing was sent: ${problems.slice(0, 10).join('; ')}`)
  return requests
}

const targetOf = (request: RunRequest) =>
  request.kind === 'METADATA_GENERATION'
    ? { domainId: request.domainId, assetId: request.asset.id }
    : { domainId: request.domainId, dataSourceId: request.dataSource.id }

const runsFor = async (request: RunRequest, store: RunStore): Promise<readonly Run[]> =>
  (await store.runsOf(targetOf(request))).runs.filter((run) =>
    isRequestedBy(run, `request:${request.requestId}`),
  )

const pollMs = 1000

/** The skip of a request that makes no run. */
const skipFor = async (request: RunRequest, skips: SkipHistory) =>
  (await skips.skipsOf(targetOf(request))).find(
    ({ requestKey }) => requestKey === `request:${request.requestId}`,
  )

/**
 * Prints each change of a request's runs until all of them have ended. Returns whether all succeeded.
 * @throws CommandFailed when the request was skipped, or has not ended in time
 */
const follow = async (
  request: RunRequest,
  { store, skips }: Pick<Connection, 'store' | 'skips'>,
  deadlineMs: number,
): Promise<boolean> => {
  let printed = ''
  while (Date.now() < deadlineMs) {
    const runs = await runsFor(request, store)
    const standing = runs.map(standingOf).join('; ')
    if (standing !== printed) console.log(`${request.requestId}: ${printable(standing)}`)
    printed = standing
    if (runs.length > 0 && runs.every((run) => run.state === 'ENDED'))
      return runs.every((run) => run.state === 'ENDED' && run.ending === 'SUCCEEDED')
    const skip = runs.length === 0 ? await skipFor(request, skips) : undefined
    if (skip !== undefined) throw new CommandFailed(exitCodes.refused, printable(skipText(skip)))
    await delay(pollMs)
  }
  const hint = printed === '' ? 'no record names it yet' : 'the runs continue without this command'
  throw new CommandFailed(exitCodes.service, `${request.requestId} has not ended within --timeout; ${hint}`)
}

const requestsOf = async (
  assets: readonly string[],
  options: SubmitOptions,
  connection: Connection,
): Promise<readonly RunRequest[]> => {
  if (options.file !== undefined) {
    if (assets.length > 0) throw new CommandFailed(exitCodes.usage, 'give assets or --file, not both')
    return requestsOfLines(await readInput(options.file))
  }
  if (assets.length === 0)
    throw new CommandFailed(exitCodes.usage, 'name an asset, or give --file FILE (- for stdin)')
  const id = options.requestId ?? `dzrun-${randomUUID()}`
  const targets = await resolveAssets(assets, options, connection.location)
  return Promise.all(
    targets.map((target, index) =>
      requestFor(target, options, connection.location, targets.length === 1 ? id : `${id}/${index + 1}`),
    ),
  )
}

const submit = async (assets: readonly string[], options: SubmitOptions): Promise<void> => {
  const connection = await connect(options)
  const requests = await requestsOf(assets, options, connection)
  if (options.dryRun === true)
    return console.log(requests.map((request) => JSON.stringify(request)).join('\n'))
  await sendRequests(connection.location, options, requests)
  for (const request of requests.slice(0, 20)) console.log(`submitted ${request.requestId}`)
  if (requests.length > 20) console.log(`submitted ${requests.length - 20} more`)
  if (options.wait !== true) return
  const deadlineMs = Date.now() + options.timeout * 1000
  const succeeded = await Promise.all(requests.map((request) => follow(request, connection, deadlineMs)))
  if (succeeded.includes(false)) process.exitCode = exitCodes.runsFailed
}

/** `dzrun submit ASSET...`: ask for runs. */
export const addSubmit = (program: Command): void => {
  program
    .command('submit')
    .argument('[assets...]', assetHelp)
    .description('request runs of assets, or the requests of a file of JSON lines')
    .option('--domain <id>', 'domain of the assets (or DZRUN_DOMAIN)')
    .option('--project <id>', 'id or name of the project in which to look for a table name')
    .option('--types <types>', `types, separated by commas: ${generationTypes.join(', ')}`, typesOf)
    .option('--revision <revision>', 'revision to run; without it, the latest')
    .addOption(new Option('--lane <lane>', 'live, or backfill behind live requests').choices(lanes))
    .option('--regenerate', 'run again although the revision has a run')
    .option('--request-id <id>', 'idempotency key: the same id is the same request')
    .option('--file <file>', 'requests as JSON lines; - reads stdin')
    .option('--dry-run', 'print the requests and send nothing')
    .option('--wait', 'follow the runs, and exit with 1 if one does not succeed')
    .option('--timeout <seconds>', 'how long --wait waits', wholeNumber(1, 604_800), 3600)
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun submit tpcds_store_sales --domain dzd_sample1234567 --wait\n  dzrun submit --file requests.jsonl --stage prod --region eu-central-1',
    )
    .action((assets: readonly string[], options: SubmitOptions, command: Command) =>
      submit(assets, { ...command.optsWithGlobals(), ...options }),
    )
}
