import { userInfo } from 'node:os'
import { type Command, Option } from 'commander'
import { present } from '../../lib/run/present.ts'
import type { ParkReason } from '../../lib/run/run.ts'
import type { RunSummary } from '../../lib/run/run-summary.ts'
import { listRuns } from '../../lib/usecases/inspect/list-runs.ts'
import { dueReasons, makeDue } from '../../lib/usecases/operate/make-due.ts'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { connect } from '../connect.ts'
import { addRowFlags, type Column, checkRowFlags, isoTime, note, printRows } from '../output.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { systemClock } from '../system-clock.ts'
import { domainOf } from '../target.ts'
import { relative } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface ReleaseOptions extends StackOptions, ChangeFlags {
  readonly domain?: string
  readonly reason: ParkReason
  readonly project?: string
  readonly asset?: string
  readonly by?: string
  readonly limit: number
}

const columns: readonly Column<RunSummary>[] = [
  { name: 'name', value: ({ assetName, assetId, dataSourceId }) => assetName ?? assetId ?? dataSourceId },
  { name: 'project', value: ({ projectName, projectId }) => projectName ?? projectId },
  { name: 'revision', value: ({ revision, triggerKey }) => revision ?? triggerKey },
  { name: 'reason', value: ({ reason }) => reason },
  {
    name: 'since',
    value: (run) => isoTime(run.updatedAtMs),
    text: (run) => relative(run.updatedAtMs, Date.now()),
  },
  { name: 'target', value: ({ assetId, dataSourceId }) => assetId ?? dataSourceId, hidden: true },
]

const release = async (options: ReleaseOptions): Promise<void> => {
  checkRowFlags(columns, options)
  const { list, store, location } = await connect(options)
  const { reason, limit } = options
  const { runs, next } = await listRuns(
    list,
    [domainOf(options.domain, location)],
    { statuses: ['PARKED'], reason, ...present({ projectId: options.project, assetId: options.asset }) },
    { limit },
  )
  await printRows(runs, columns, options)
  if (next !== undefined) note(`only ${limit} requests are shown; --limit shows more`, options)
  if (runs.length === 0) return note(`nothing waits for ${reason}`, options)
  const count = runs.length === 1 ? '1 request' : `${runs.length} requests`
  if (options.dryRun === true) return note(`would release ${count}`, options)
  if (!(await confirmed(`Release ${count} before their time?`, options))) return
  const progress = progressOf('requests released', options)
  const context = {
    store,
    clock: systemClock,
    onProgress: (done: number) => progress.report(done, runs.length),
  }
  const made = await makeDue(runs, { reason, by: options.by ?? userInfo().username }, context).finally(
    progress.end,
  )
  note(
    `released ${made} of ${count}; the next sweeps send them, and requests that still have to wait are parked again`,
    options,
  )
}

/** `dzrun release --reason CAP_FULL`: make parked requests due before their time. */
export const addRelease = (program: Command): void => {
  const command = program
    .command('release')
    .description('make parked requests due now, for example after a cap was raised')
    .option('--domain <id>', 'domain (or DZRUN_DOMAIN)')
    .addOption(
      new Option('--reason <reason>', 'the reason they wait for').choices(dueReasons).makeOptionMandatory(),
    )
    .option('--project <id>', 'only requests of this project')
    .option('--asset <id>', 'only requests of this asset')
    .option('--by <name>', 'who releases them; kept in their history (default: your user name)')
    .option('--limit <n>', 'at most this many requests', wholeNumber(1, 10_000), 1000)
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun release --reason CAP_FULL --dry-run\n  dzrun release --reason RETRY --project salesproject01 --yes',
    )
  addChangeFlags(addRowFlags(command, columns)).action((_: unknown, self: Command) =>
    release(self.optsWithGlobals<ReleaseOptions>()),
  )
}
