import type { Command } from 'commander'
import { dataZoneCatalog } from '../../lib/adapters/datazone/catalog.ts'
import { coverageOf, type ProjectCoverage } from '../../lib/usecases/inspect/coverage.ts'
import { dataZoneClient } from '../catalog.ts'
import { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import { addRowFlags, type Column, checkRowFlags, note, type OutputFlags, printRows } from '../output.ts'
import { progressOf } from '../progress.ts'
import type { StackOptions } from '../stack-location.ts'
import { systemClock } from '../system-clock.ts'
import { domainOf } from '../target.ts'
import { firstLine } from '../terminal.ts'

interface CoverageOptions extends StackOptions, OutputFlags {
  readonly domain?: string
  readonly project?: readonly string[]
}

const percent = ({ covered, published }: ProjectCoverage): number =>
  published === 0 ? 0 : Math.floor((100 * covered) / published)

const columns: readonly Column<ProjectCoverage>[] = [
  { name: 'project', value: ({ projectName, projectId }) => projectName ?? projectId },
  { name: 'published', value: ({ published }) => published },
  { name: 'covered', value: ({ covered }) => covered },
  { name: 'percent', value: percent },
  { name: 'accepted', value: ({ accepted }) => accepted },
  { name: 'review', value: ({ review }) => review },
  { name: 'failed', value: ({ failed }) => failed },
  { name: 'waiting', value: ({ waiting }) => waiting },
  { name: 'skipped', value: ({ skipped }) => skipped },
  { name: 'missing', value: ({ missing }) => missing },
  { name: 'projectId', value: ({ projectId }) => projectId, hidden: true },
  { name: 'domain', value: ({ domainId }) => domainId, hidden: true },
]

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** `dzrun coverage`: count the published assets of each project by the state of their runs. */
export const addCoverage = (program: Command): void => {
  const command = program
    .command('coverage')
    .description(
      'count the published assets of each project: with a run, accepted, waiting for review, failed, skipped, missing',
    )
    .option('--domain <id>', 'domain (or DZRUN_DOMAIN)')
    .option('--project <id>', 'only this project; repeatable', collect)
    .addHelpText(
      'after',
      '\ncovered: a run succeeded at the published revision.\nmissing: no run, although a rule of the policy matches the asset.\n\nExamples:\n  dzrun coverage\n  dzrun coverage --project salesproject01 --output csv',
    )
  addRowFlags(command, columns).action(async () => {
    const all = command.optsWithGlobals<CoverageOptions>()
    checkRowFlags(columns, all)
    const connection = await connect(all)
    const domainId = domainOf(all.domain, connection.location)
    const { policy } = await currentPolicy(connection)
    const progress = progressOf('listings read', all)
    const rows = await coverageOf(domainId, all.project, policy, {
      catalog: dataZoneCatalog(dataZoneClient(connection.location, all)),
      store: connection.store,
      clock: systemClock,
      onProgress: progress.report,
      onRepeat: ({ name, message }, tries, ofTries) =>
        note(
          `DataZone does not answer (${name}: ${firstLine(message)}); try ${tries} of ${ofTries} failed, trying again`,
          all,
        ),
    }).finally(progress.end)
    if (rows.length === 0) note('nothing is published', all)
    await printRows(rows, columns, all)
  })
}
