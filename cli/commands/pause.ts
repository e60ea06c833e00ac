import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { dynamoDbSwitchWriter } from '../../lib/adapters/dynamodb/switch-writer.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addDocumentFlags, formatOf, type OutputFlags, printDocument } from '../output.ts'
import { pastedCommand } from '../pasted-command.ts'
import type { StackOptions } from '../stack-location.ts'
import { scopeOf } from '../target.ts'

interface PauseOptions extends StackOptions, OutputFlags {
  readonly reason: string
  readonly by?: string
}

/** The state of a switch, as data. */
interface Switched {
  readonly scope: string
  readonly state: 'paused' | 'running'
  readonly pausedBy?: string
  readonly reason?: string
}

const printSwitched = (done: Switched, text: string, flags: OutputFlags): void => {
  if (flags.quiet === true && formatOf(flags) === 'table') return
  printDocument(done, flags, { fields: ['scope', 'state', 'pausedBy', 'reason'], text: () => [text] })
}

/** `dzrun pause SCOPE`: start no runs of a domain or project. */
export const addPause = (program: Command): void => {
  const command = program
    .command('pause')
    .argument('<scope>', 'DOMAIN or DOMAIN/PROJECT')
    .description('stop starting runs of a domain or project until it is resumed; requests wait in the table')
    .requiredOption('--reason <text>', 'why; shown with every request that waits for the pause')
    .option('--by <name>', 'who pauses it (default: your user name)')
    .addHelpText(
      'after',
      '\nExample:\n  dzrun pause dzd_sample1234567/salesproject01 --reason "glossary is being rebuilt"',
    )
  addDocumentFlags(command).action(async (named: string) => {
    const all = command.optsWithGlobals<PauseOptions>()
    const scope = scopeOf(named)
    const { client, location } = await connect(all)
    const pausedBy = all.by ?? userInfo().username
    await dynamoDbSwitchWriter(client, location.tableName).pause(scope, { reason: all.reason, pausedBy })
    const done: Switched = { scope: named, state: 'paused', pausedBy, reason: all.reason }
    const text = `paused ${named}; it takes effect within a minute, and ${pastedCommand(['resume', named], all)} ends it`
    printSwitched(done, text, all)
  })
}

/** `dzrun resume SCOPE`: end a pause. */
export const addResume = (program: Command): void => {
  const command = program
    .command('resume')
    .argument('<scope>', 'DOMAIN or DOMAIN/PROJECT')
    .description('end a pause; the next sweep releases the requests that wait for it')
    .addHelpText('after', '\nExample:\n  dzrun resume dzd_sample1234567/salesproject01')
  addDocumentFlags(command).action(async (named: string) => {
    const all = command.optsWithGlobals<StackOptions & OutputFlags>()
    const scope = scopeOf(named)
    const { client, location } = await connect(all)
    if (!(await dynamoDbSwitchWriter(client, location.tableName).resume(scope)))
      throw new CommandFailed(
        exitCodes.notFound,
        `${named} is not paused; if its domain is, resume the domain`,
      )
    printSwitched(
      { scope: named, state: 'running' },
      `resumed ${named}; the next sweep releases the requests that wait`,
      all,
    )
  })
}
