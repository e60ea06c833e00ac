import type { Command } from 'commander'
import type { Records } from '../../lib/ports/run-store.ts'
import { decidedBy, standingOf, titleOf } from '../../lib/usecases/inspect/describe-run.ts'
import { findRun } from '../../lib/usecases/inspect/find-run.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addDocumentFlags, type OutputFlags, printDocument } from '../output.ts'
import type { StackOptions } from '../stack-location.ts'
import { printable, time } from '../terminal.ts'

const recordLines = ({ runs, unreadable }: Records): readonly string[] => [
  ...runs.flatMap((run) => {
    const target = 'assetId' in run.subject ? run.subject.assetId : run.subject.dataSourceId
    const by = decidedBy(run)
    return [
      `${run.subject.domainId}/${target}: ${titleOf(run)}`,
      `  ${printable(standingOf(run))}`,
      ...(by === undefined ? [] : [`  decided by ${by}`]),
      ...run.history.map(({ atMs, what }) => `  ${time(atMs)}  ${printable(what)}`),
    ]
  }),
  ...unreadable.map(({ key, problem }) => `Unreadable record ${key.record}: it ${problem}`),
]

/** The help of an argument that names a run. */
export const runHelp =
  'id of the DataZone run, or the key of its record as dzrun list --columns key prints it'

/** `dzrun get RUN`: the record of one DataZone run. */
export const addGet = (program: Command): void => {
  const command = program
    .command('get')
    .argument('<run>', runHelp)
    .description('show the record of a DataZone run')
    .addHelpText('after', '\nExample:\n  dzrun get 5qh2k8c1r0d3xe --json')
  addDocumentFlags(command).action(async (named: string) => {
    const all = command.optsWithGlobals<StackOptions & OutputFlags>()
    const { store } = await connect(all)
    const found = await findRun(named, store)
    if (found.runs.length === 0 && found.unreadable.length === 0) {
      const message = `no record holds run ${printable(named.slice(0, 200))}; the index lags by a moment, and records expire after half a year`
      throw new CommandFailed(exitCodes.notFound, message)
    }
    printDocument(found, all, { fields: ['runs', 'unreadable'], text: () => recordLines(found) })
  })
}
