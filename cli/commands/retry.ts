import { type Command, Option } from 'commander'
import { present } from '../../lib/run/present.ts'
import { endings, generationTypes } from '../../lib/run/run.ts'
import { listRuns } from '../../lib/usecases/inspect/list-runs.ts'
import { type Retry, retriesOf } from '../../lib/usecases/operate/retry-runs.ts'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addRowFlags, type Column, checkRowFlags, note, printRows } from '../output.ts'
import { sendRequests } from '../queues.ts'
import type { StackOptions } from '../stack-location.ts'
import { domainOf, sinceMs } from '../target.ts'
import { wholeNumber } from '../whole-number.ts'

interface RetryOptions extends StackOptions, ChangeFlags {
  readonly domain?: string
  readonly ending: readonly string[]
  readonly project?: string
  readonly asset?: string
  readonly type?: string
  readonly since: string
  readonly limit: number
}

const skipTexts = {
  LATER_ATTEMPT: 'left out: it has a later attempt',
  NEWER_REVISION: 'left out: a newer revision has a run',
  FOREIGN: 'left out: another caller started it',
} as const

const targetOf = ({ run: { subject } }: Retry): string =>
  subject.kind === 'DATA_SOURCE' ? subject.dataSourceId : subject.assetId

const columns: readonly Column<Retry>[] = [
  { name: 'target', value: targetOf },
  {
    name: 'revision',
    value: ({ run: { subject } }) =>
      subject.kind === 'METADATA_GENERATION'
        ? subject.revision
        : 'triggerKey' in subject
          ? subject.triggerKey
          : undefined,
  },
  { name: 'ending', value: ({ run }) => run.ending },
  {
    name: 'why',
    value: ({ run: { error } }) => error && `${error.name}: ${error.message}`,
    isProse: true,
  },
  { name: 'retry', value: (retry) => ('skipped' in retry ? skipTexts[retry.skipped] : 'yes') },
  { name: 'project', value: ({ run }) => run.projectId, hidden: true },
]

/** Endings that a retry can improve. */
const retryable = endings.filter((ending) => ending !== 'SUCCEEDED')

const endingsOf = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...value.split(',').map((ending) => ending.trim().toUpperCase()),
]

const retry = async (options: RetryOptions): Promise<void> => {
  const wrong = options.ending.filter((ending) => !retryable.some((known) => known === ending))
  if (wrong.length > 0)
    throw new CommandFailed(
      exitCodes.usage,
      `--ending must be one of ${retryable.join(', ')}, not ${wrong.join(', ')}`,
    )
  checkRowFlags(columns, options)
  const { list, store, location } = await connect(options)
  const { project, asset, type } = options
  const filter = {
    statuses: options.ending,
    sinceMs: sinceMs(options.since, Date.now()),
    ...present({ projectId: project, assetId: asset, type }),
  }
  const { limit } = options
  const { runs } = await listRuns(list, [domainOf(options.domain, location)], filter, { limit })
  const retries = await retriesOf(runs, store)
  const requests = retries.flatMap((one) => ('request' in one ? [one.request] : []))
  await printRows(retries, columns, options)
  if (runs.length === options.limit)
    note(`only the newest ${options.limit} runs are shown; --limit shows more`, options)
  if (requests.length === 0) return note('nothing to retry', options)
  const count = requests.length === 1 ? '1 run' : `${requests.length} runs`
  if (options.dryRun === true) return note(`would retry ${count}`, options)
  if (!(await confirmed(`Retry ${count}?`, options))) return
  await sendRequests(location, options, requests)
  note(`requested ${count}; repeating the command does not request them twice`, options)
}

/** `dzrun retry --ending failed`: run assets again whose run failed. */
export const addRetry = (program: Command): void => {
  const command = program
    .command('retry')
    .description(
      'run assets again whose run did not succeed, unless a later attempt or a newer revision has run',
    )
    .option('--domain <id>', 'domain (or DZRUN_DOMAIN)')
    .requiredOption('--ending <ending>', `ending, repeatable: ${retryable.join(', ')}`, endingsOf)
    .option('--since <time>', 'only runs that ended since then: 90m, 12h, 7d, or an ISO 8601 time', '1d')
    .option('--project <id>', 'only runs of this project')
    .option('--asset <id>', 'only runs of this asset')
    .addOption(new Option('--type <type>', 'only runs of this type').choices(generationTypes))
    .option('--limit <n>', 'at most this many runs', wholeNumber(1, 10_000), 500)
    .addHelpText('after', '\nExample:\n  dzrun retry --ending failed --since 1d --dry-run')
  addChangeFlags(addRowFlags(command, columns)).action((_: unknown, self: Command) =>
    retry(self.optsWithGlobals<RetryOptions>()),
  )
}
