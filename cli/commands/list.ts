import { type Command, Option } from 'commander'
import * as z from 'zod/mini'
import { partitionOf } from '../../lib/run/identity.ts'
import { present } from '../../lib/run/present.ts'
import { endings, generationTypes, parkReasons, type RunKind, runKinds } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { keyText } from '../../lib/usecases/inspect/find-run.ts'
import {
  failures,
  type ListPosition,
  listRuns,
  type RunFilter,
  runStatuses,
} from '../../lib/usecases/inspect/list-runs.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import {
  addRowFlags,
  type Column,
  checkRowFlags,
  formatOf,
  isoTime,
  note,
  type OutputFlags,
  printRows,
} from '../output.ts'
import { resolveAsset } from '../resolve-asset.ts'
import type { StackLocation, StackOptions } from '../stack-location.ts'
import { domainOf, sinceMs } from '../target.ts'
import { relative } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface ListOptions extends StackOptions, OutputFlags {
  readonly domain?: string
  readonly state?: readonly string[]
  readonly ending?: readonly string[]
  readonly project?: string
  readonly asset?: string
  readonly kind?: RunKind
  readonly reason?: string
  readonly type?: string
  readonly since?: string
  readonly limit: number
  readonly next?: string
}

const whyOf = ({ error, reason }: RunSummary): string => {
  if (error === undefined) return reason ?? ''
  return reason === undefined ? `${error.name}: ${error.message}` : `${reason}: ${error.message}`
}

const keyOf = ({ domainId, assetId, dataSourceId, record }: RunSummary): string | undefined => {
  if (assetId !== undefined) return keyText({ partition: partitionOf({ domainId, assetId }), record })
  return dataSourceId && keyText({ partition: partitionOf({ domainId, dataSourceId }), record })
}

const columns: readonly Column<RunSummary>[] = [
  { name: 'name', value: ({ assetName, assetId, dataSourceId }) => assetName ?? assetId ?? dataSourceId },
  { name: 'project', value: ({ projectName, projectId }) => projectName ?? projectId },
  { name: 'revision', value: ({ revision, triggerKey }) => revision ?? triggerKey },
  { name: 'status', value: ({ status }) => status },
  { name: 'why', value: whyOf, isProse: true },
  {
    name: 'updated',
    value: (run) => isoTime(run.updatedAtMs),
    text: (run) => relative(run.updatedAtMs, Date.now()),
  },
  { name: 'run', value: ({ runId }) => runId },
  { name: 'types', value: ({ types }) => types, hidden: true },
  { name: 'attempt', value: ({ attempt }) => attempt, hidden: true },
  {
    name: 'kind',
    value: ({ dataSourceId }) => (dataSourceId === undefined ? runKinds[0] : runKinds[1]),
    hidden: true,
  },
  { name: 'target', value: ({ assetId, dataSourceId }) => assetId ?? dataSourceId, hidden: true },
  { name: 'projectId', value: ({ projectId }) => projectId, hidden: true },
  { name: 'domain', value: ({ domainId }) => domainId, hidden: true },
  // dzrun get and dzrun cancel accept the key, for runs that have no run id yet.
  { name: 'key', value: keyOf, hidden: true },
]

const states = runStatuses.filter((status) => !endings.some((ending) => ending === status))
/** The value of `--ending` that stands for every kind of failure. */
const anyFailure = 'ANY-FAILURE'

const oneOf =
  (flag: string, known: readonly string[]) =>
  (value: string, before: readonly string[] = []): readonly string[] => {
    const name = value.toUpperCase()
    if (known.includes(name)) return [...before, name]
    throw new CommandFailed(
      exitCodes.usage,
      `${flag} must be one of ${known.join(', ').toLowerCase()}, not ${value}`,
    )
  }

const Position = z.object({ updatedAtMs: z.number(), id: z.string() })

const tokenOf = (position: ListPosition): string =>
  Buffer.from(JSON.stringify(position)).toString('base64url')

const positionOf = (token: string): ListPosition => {
  try {
    return z.parse(Position, JSON.parse(Buffer.from(token, 'base64url').toString()))
  } catch (cause) {
    const message = '--next must be the token that the previous page printed'
    throw new CommandFailed(exitCodes.usage, message, { cause })
  }
}

const statusesOf = ({ state, ending, reason }: ListOptions): readonly string[] | undefined => {
  const ended = ending?.flatMap((name): readonly string[] => (name === anyFailure ? failures : [name]))
  if (state !== undefined || ended !== undefined) return [...new Set([...(state ?? []), ...(ended ?? [])])]
  // Only parked requests have a reason.
  return reason === undefined ? undefined : ['PARKED']
}

const assetIn = async (options: ListOptions, location: StackLocation): Promise<string | undefined> => {
  const { asset, project: _, ...others } = options
  return asset === undefined ? undefined : (await resolveAsset(asset, others, location)).assetId
}

const filterOf = (options: ListOptions, assetId: string | undefined): RunFilter => {
  const { since, project, reason, type, kind } = options
  const statuses = statusesOf(options)
  return {
    ...present({
      statuses,
      sinceMs: since === undefined ? undefined : sinceMs(since, Date.now()),
      projectId: project,
      assetId,
      reason,
      type,
      kind,
    }),
  }
}

/** Returns the domain of `--domain` or DZRUN_DOMAIN; without them, every domain in which a run has ended. */
const domainsOf = async (
  { domain }: ListOptions,
  { counts, location }: Awaited<ReturnType<typeof connect>>,
): Promise<readonly string[]> => {
  if (domain !== undefined || process.env['DZRUN_DOMAIN'] !== undefined) return [domainOf(domain)]
  const known = new Set(await counts.domains())
  if (location.local?.domainId !== undefined) known.add(location.local.domainId)
  return known.size === 0 ? [domainOf(undefined)] : [...known]
}

const list = async (options: ListOptions): Promise<void> => {
  checkRowFlags(columns, options)
  const position = options.next === undefined ? {} : { after: positionOf(options.next) }
  const connection = await connect(options)
  const [domains, assetId] = await Promise.all([
    domainsOf(options, connection),
    assetIn(options, connection.location),
  ])
  const page = await listRuns(connection.list, domains, filterOf(options, assetId), {
    limit: options.limit,
    ...position,
  })
  if (page.runs.length === 0 && formatOf(options) === 'table') note('no run matches', options)
  await printRows(page.runs, columns, options)
  if (page.next !== undefined)
    note(`more: dzrun list with the same flags and --next ${tokenOf(page.next)}`, options)
}

/** `dzrun list`: runs, newest first. */
export const addList = (program: Command): void => {
  const command = program
    .command('list')
    .description('list runs, the most recently changed first')
    .option('--domain <id>', 'only this domain (or DZRUN_DOMAIN); without it, every domain with ended runs')
    .option(
      '--ending <ending>',
      `${[anyFailure, ...endings].join(', ').toLowerCase()}; repeatable`,
      oneOf('--ending', [anyFailure, ...endings]),
    )
    .option('--state <state>', `${states.join(', ').toLowerCase()}; repeatable`, oneOf('--state', states))
    .option('--project <id>', 'only runs of this project')
    .option('--asset <asset>', 'only runs of this asset, named as in dzrun explain')
    .addOption(new Option('--kind <kind>', 'only runs of this kind').choices(runKinds))
    .addOption(
      new Option('--reason <reason>', 'only requests that wait for this reason').choices(parkReasons),
    )
    .addOption(new Option('--type <type>', 'only runs of this type').choices(generationTypes))
    .option('--since <time>', 'only runs that changed since then: 90m, 12h, 7d, or an ISO 8601 time')
    .option('--limit <n>', 'at most this many runs', wholeNumber(1, 10_000), 50)
    .option('--next <token>', 'the page after the one that printed this token')
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun list --ending any-failure --since 7d\n  dzrun list --state parked --reason DENIED --output csv',
    )
  addRowFlags(command, columns).action(() => list(command.optsWithGlobals<ListOptions>()))
}
