import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { parseWith } from '../../lib/contracts/problems.ts'
import { RunRequest } from '../../lib/contracts/run-request.ts'
import { addChangeFlags, type ChangeFlags, confirmed, isInteractive } from '../confirm.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { type FollowedRequest, followRequests, printedRequests } from '../follow-requests.ts'
import { addRowFlags, checkRowFlags, formatOf, note, printRows } from '../output.ts'
import { sendRequests } from '../queues.ts'
import { assetHelp, resolveAssets } from '../resolve-asset.ts'
import { addRequestFlags, type RequestFlags, requestFor } from '../run-requests.ts'
import { printSubmitted, requestColumns } from '../submitted-requests.ts'
import { printable } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface SubmitOptions extends RequestFlags, ChangeFlags {
  readonly requestId?: string
  readonly file?: string
  readonly wait?: boolean
  readonly timeout: number
}

type Connection = Awaited<ReturnType<typeof connect>>

const readInput = async (file: string): Promise<string> => {
  if (file !== '-') return readFile(file, 'utf8')
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  return text
}

/** Parses JSON lines. @throws CommandFailed that names the first ten problems with their lines */
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

/** Prints how many requests ended in each way, and those that did not succeed where `followRequests` only counted. */
const printSummary = (followed: readonly FollowedRequest[], options: SubmitOptions): void => {
  if (followed.length > printedRequests)
    for (const { request, outcome, standing } of followed)
      if (outcome === 'not-succeeded') console.log(`${request.requestId}: ${printable(standing)}`)
  const counts = Object.entries(Object.groupBy(followed, ({ outcome }) => outcome))
  note(counts.map(([outcome, of]) => `${of.length} ${outcome.replace('-', ' ')}`).join(', '), options)
}

const ends = { skipped: exitCodes.refused, waiting: exitCodes.service } as const

const problemOf = ({ request, outcome, standing }: FollowedRequest): string => {
  if (outcome === 'skipped') return printable(standing)
  const hint = standing === '' ? 'no record names it yet' : 'the runs continue without this command'
  return `${request.requestId} has not ended within --timeout; ${hint}`
}

/** @throws CommandFailed when a request has not ended in time, or was skipped */
const waitFor = async (
  requests: readonly RunRequest[],
  options: SubmitOptions,
  connection: Connection,
): Promise<void> => {
  const deadlineMs = Date.now() + options.timeout * 1000
  const followed = await followRequests(requests, connection, deadlineMs, options)
  if (formatOf(options) !== 'table') await printRows(followed, requestColumns, options)
  else if (requests.length > 1) printSummary(followed, options)
  if (followed.some(({ outcome }) => outcome === 'not-succeeded')) process.exitCode = exitCodes.runsFailed
  for (const outcome of ['waiting', 'skipped'] as const) {
    const [first, ...others] = followed.filter((one) => one.outcome === outcome)
    if (first === undefined) continue
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`
    throw new CommandFailed(ends[outcome], `${problemOf(first)}${more}`)
  }
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

/** On a terminal, more requests than this are submitted only after a confirmation. */
const askedAbove = 20

const submit = async (assets: readonly string[], options: SubmitOptions): Promise<void> => {
  checkRowFlags(requestColumns, options)
  const connection = await connect(options)
  const requests = await requestsOf(assets, options, connection)
  if (options.dryRun === true)
    return console.log(requests.map((request) => JSON.stringify(request)).join('\n'))
  const isAsked = requests.length > askedAbove && isInteractive()
  if (isAsked && !(await confirmed(`Submit ${requests.length} requests?`, options))) return
  await sendRequests(connection.location, options, requests)
  if (options.wait !== true || formatOf(options) === 'table') await printSubmitted(requests, options)
  if (options.wait === true) await waitFor(requests, options, connection)
}

/** `dzrun submit ASSET...`: request runs. */
export const addSubmit = (program: Command): void => {
  const named = program
    .command('submit')
    .argument('[assets...]', assetHelp)
    .description('request runs of assets, or send the requests of a file of JSON lines')
  const command = addRequestFlags(named)
    .option('--regenerate', 'run again although the revision already has a run')
    .option('--request-id <id>', 'idempotency key: sending the same id again changes nothing')
    .option('--file <file>', 'requests as JSON lines; - reads stdin')
    .option('--wait', 'follow the runs, and exit with 1 if one does not succeed')
    .option('--timeout <seconds>', 'how long --wait waits', wholeNumber(1, 604_800), 3600)
    .addHelpText(
      'after',
      '\nWithout --wait, every outcome is "waiting". With --quiet, prints only the request ids.\nOn a terminal, more than 20 requests are confirmed first.\n\nExamples:\n  dzrun submit tpcds_store_sales --domain dzd_sample1234567 --wait\n  dzrun submit --file requests.jsonl --stage prod --region eu-central-1',
    )
  addChangeFlags(addRowFlags(command, requestColumns)).action(
    (assets: readonly string[], _: unknown, self: Command) =>
      submit(assets, self.optsWithGlobals<SubmitOptions>()),
  )
}
