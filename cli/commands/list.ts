import { type Command, Option } from 'commander'
import { present } from '../../lib/run/present.ts'
import { generationTypes, parkReasons } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { listRuns, runStatuses } from '../../lib/usecases/inspect/list-runs.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import {
  addRowFlags,
  type Column,
  checkRowFlags,
  isoTime,
  note,
  type OutputFlags,
  printRows,
} from '../output.ts'
import type { StackOptions } from '../stack-location.ts'
import { domainOf, sinceMs } from '../target.ts'
import { relative } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface ListOptions extends StackOptions, OutputFlags {
  readonly domain?: string
  readonly status?: readonly string[]
  readonly project?: string
  readonly asset?: string
  readonly reason?: string
  readonly type?: string
  readonly since?: string
  readonly limit: number
}

const whyOf = ({ error, reason }: RunSummary): string =>
  error === undefined ? (reason ?? '') : `${error.name}: ${error.message}`

const columns: readonly Column<RunSummary>[] = [
  { name: 'target', value: ({ assetId, dataSourceId }) => assetId ?? dataSourceId },
  { name: 'revision', value: ({ revision, triggerKey }) => revision ?? triggerKey },
  { name: 'types', value: ({ types }) => types, hidden: true },
  { name: 'attempt', value: ({ attempt }) => attempt, hidden: true },
  { name: 'status', value: ({ status }) => status },
  { name: 'why', value: whyOf },
  {
    name: 'updated',
    value: (run) => isoTime(run.updatedAtMs),
    text: (run) => relative(run.updatedAtMs, Date.now()),
  },
  { name: 'run', value: ({ runId }) => runId },
  { name: 'project', value: ({ projectId }) => projectId, hidden: true },
  { name: 'domain', value: ({ domainId }) => domainId, hidden: true },
]

const upper = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value.toUpperCase(),
]

/** `dzrun list`: the runs of a domain, newest first. */
export const addList = (program: Command): void => {
  const command = program
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
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun list --domain dzd_sample1234567 --status failed --since 7d\n  dzrun list --status parked --reason DENIED --output csv',
    )
  addRowFlags(command, columns).action(async (options: ListOptions) => {
    const all: ListOptions = { ...command.optsWithGlobals(), ...options }
    const unknown = (all.status ?? []).filter((status) => !runStatuses.includes(status))
    if (unknown.length > 0)
      throw new CommandFailed(
        exitCodes.usage,
        `--status knows ${runStatuses.join(', ')}, not ${unknown.join(', ')}`,
      )
    const nowMs = Date.now()
    checkRowFlags(columns, all)
    const { list, location } = await connect(all)
    const domainId = domainOf(all.domain, location)
    const filter = {
      ...present({ statuses: all.status }),
      ...(all.since === undefined ? {} : { sinceMs: sinceMs(all.since, nowMs) }),
      ...present({ projectId: all.project, assetId: all.asset, reason: all.reason, type: all.type }),
    }
    const runs = await listRuns(list, domainId, filter, all.limit)
    if (runs.length === 0) note('no run matches', all)
    await printRows(runs, columns, all)
  })
}
