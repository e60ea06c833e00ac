import { userInfo } from 'node:os'
import type { Command } from 'commander'
import { dynamoDbSwitchWriter } from '../../lib/adapters/dynamodb/switch-writer.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import type { StackOptions } from '../stack-location.ts'
import { scopeOf } from '../target.ts'

interface PauseOptions extends StackOptions {
  readonly reason: string
  readonly by?: string
}

/** `dzrun pause SCOPE`: start no runs of a domain or project. */
export const addPause = (program: Command): void => {
  program
    .command('pause')
    .argument('<scope>', 'DOMAIN or DOMAIN/PROJECT')
    .description('start no runs of a domain or project until it is resumed; requests wait in the table')
    .requiredOption('--reason <text>', 'why; shown with everything that waits for it')
    .option('--by <name>', 'who pauses it (default: your user name)')
    .addHelpText(
      'after',
      '\nExample:\n  dzrun pause dzd_sample1234567/salesproject01 --reason "glossary is being rebuilt"',
    )
    .action(async (named: string, options: PauseOptions, command: Command) => {
      const all: PauseOptions = { ...command.optsWithGlobals(), ...options }
      const scope = scopeOf(named)
      const { client, location } = await connect(all)
      const pausedBy = all.by ?? userInfo().username
      await dynamoDbSwitchWriter(client, location.tableName).pause(scope, { reason: all.reason, pausedBy })
      console.log(`paused ${named}; it works within a minute, and dzrun resume ${named} ends it`)
    })
}

/** `dzrun resume SCOPE`: end a pause. */
export const addResume = (program: Command): void => {
  program
    .command('resume')
    .argument('<scope>', 'DOMAIN or DOMAIN/PROJECT')
    .description('end a pause; the next sweep releases what waits for it')
    .addHelpText('after', '\nExample:\n  dzrun resume dzd_sample1234567/salesproject01')
    .action(async (named: string, options: StackOptions, command: Command) => {
      const all: StackOptions = { ...command.optsWithGlobals(), ...options }
      const scope = scopeOf(named)
      const { client, location } = await connect(all)
      if (!(await dynamoDbSwitchWriter(client, location.tableName).resume(scope)))
        throw new CommandFailed(
          exitCodes.notFound,
          `${named} is not paused; a pause of its domain is another switch`,
        )
      console.log(`resumed ${named}; the next sweep releases what waits`)
    })
}
