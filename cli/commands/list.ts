import { type Command, Option } from 'commander'
import { generationTypes, parkReasons } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { listRuns, runStatuses } from '../../lib/usecases/inspect/list-runs.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { age, formatRows, type OutputFormat, outputFormats, type Row } from '../output.ts'
import type { StackOptions } from '../stack-location.ts'
import { domainOf, sinceMs } from '../target.ts'
import { wholeNumber } from '../whole-number.ts'

interface ListOptions extends StackOptions {
  readonly domain?: string
  readonly status?: readonly string[]
  readonly project?: string
  readonly asset?: string
  readonly reason?: string
  readonly type?: string
  readonly since?: string
  readonly limit: number
  readonly output: OutputFormat
  readonly columns?: string
}

const columns = [
  'target',
  'revision',
  'types',
  'attempt',
  'status',
  'why',
  'run',
  'updated',
  'project',
  'domain',
] as const
const shown = ['target', 'revision', 'status', 'why', 'updated', 'run']

const upper = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value.toUpperCase(),
]

const rowOf = (run: RunSummary, format: OutputFormat, nowMs: number): Row => ({
  target: run.assetId ?? run.dataSourceId ?? '',
  revision: run.revision ?? run.triggerKey ?? '',
  types: (run.types ?? []).join('+'),
  attempt: String(run.attempt),
  status: run.status,
  why:
    run.error === undefined
      ? (run.reason ?? '')
      : shortened(`${run.error.name}: ${run.error.message}`, format),
  run: run.runId ?? '',
  updated:
    format === 'table' ? `${age(nowMs - run.updatedAtMs)} ago` : new Date(run.updatedAtMs).toISOString(),
  project: run.projectId,
  domain: run.domainId,
})

const shortened = (text: string, format: OutputFormat): string =>
  format === 'table' && text.length > 40 ? `${text.slice(0, 39)}…` : text

const columnsOf = ({ columns: chosen, output }: ListOptions): readonly string[] => {
  if (chosen === undefined) return output === 'table' ? shown : columns
  const names = chosen.split(',').map((name) => name.trim())
  const wrong = names.filter((name) => !columns.some((column) => column === name))
  if (wrong.length > 0)
    throw new CommandFailed(exitCodes.usage, `--columns knows ${columns.join(', ')}, not ${wrong.join(', ')}`)
  return names
}

/** `dzrun list`: the runs of a domain, newest first. */
export const addList = (program: Command): void => {
  program
    .command('list')
    .description('list the runs of a domain, the last changed first')
    .option('--domain <id>', 'domain (or DZRUN_DOMAIN)')
    .option('--status <status>', `state or ending, repeatable: ${runStatuses.join(', ')}`, upper)
    .option('--project <id>', 'only runs of this project')
    .option('--asset <id>', 'only runs of this asset')
    .addOption(
      new Option('--reason <reason>', 'only requests that wait for this reason').choices(parkReasons),
    )
    .addOption(new Option('--type <type>', 'only runs of this type').choices(generationTypes))
    .option('--since <time>', 'only what changed since: 90m, 12h, 7d, or an ISO 8601 time')
    .option('--limit <n>', 'at most this many runs', wholeNumber(1, 10_000), 50)
    .addOption(new Option('--output <format>', 'output format').choices(outputFormats).default('table'))
    .option('--columns <names>', `columns, separated by commas: ${columns.join(', ')}`)
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun list --domain dzd_sample1234567 --status failed --since 7d\n  dzrun list --status parked --reason DENIED --output csv',
    )
    .action(async (options: ListOptions, command: Command) => {
      const all: ListOptions = { ...command.optsWithGlobals(), ...options }
      const unknown = (all.status ?? []).filter((status) => !runStatuses.includes(status))
      if (unknown.length > 0)
        throw new CommandFailed(
          exitCodes.usage,
          `--status knows ${runStatuses.join(', ')}, not ${unknown.join(', ')}`,
        )
      const nowMs = Date.now()
      const domainId = domainOf(all.domain)
      const names = columnsOf(all)
      const { list } = await connect(all)
      const filter = {
        ...(all.status === undefined ? {} : { statuses: all.status }),
        ...(all.since === undefined ? {} : { sinceMs: sinceMs(all.since, nowMs) }),
        ...(all.project === undefined ? {} : { projectId: all.project }),
        ...(all.asset === undefined ? {} : { assetId: all.asset }),
        ...(all.reason === undefined ? {} : { reason: all.reason }),
        ...(all.type === undefined ? {} : { type: all.type }),
      }
      const runs = await listRuns(list, domainId, filter, all.limit)
      console.log(
        await formatRows(
          all.output,
          names,
          runs.map((run) => rowOf(run, all.output, nowMs)),
        ),
      )
    })
}
