import type { Command } from 'commander'
import { standingOf, titleOf } from '../../lib/usecases/inspect/describe-run.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { printable, time } from '../output.ts'
import type { StackOptions } from '../stack-location.ts'

/** `dzrun get RUN`: the record of one DataZone run. */
export const addGet = (program: Command): void => {
  program
    .command('get')
    .argument('<run>', 'id of the DataZone run')
    .description('show the record of a DataZone run')
    .option('--json', 'print the whole record')
    .addHelpText('after', '\nExample:\n  dzrun get 5qh2k8c1r0d3xe --json')
    .action(async (runId: string, options: { json?: boolean }, command: Command) => {
      const all: StackOptions & { json?: boolean } = { ...command.optsWithGlobals(), ...options }
      const { store } = await connect(all)
      const { runs, unreadable } = await store.byRunId(runId)
      if (runs.length === 0 && unreadable.length === 0) {
        const message = `no record holds run ${runId}; the index lags by a moment, and records expire after half a year`
        throw new CommandFailed(exitCodes.notFound, message)
      }
      if (all.json === true) return console.log(JSON.stringify({ runs, unreadable }, null, 2))
      for (const run of runs) {
        const target = 'assetId' in run.subject ? run.subject.assetId : run.subject.dataSourceId
        console.log(`${run.subject.domainId}/${target}: ${titleOf(run)}`)
        console.log(`  ${printable(standingOf(run))}`)
        for (const { atMs, what } of run.history) console.log(`  ${time(atMs)}  ${printable(what)}`)
      }
      for (const { key, problem } of unreadable) console.log(`Unreadable record ${key.record}: it ${problem}`)
    })
}
