import { Command } from 'commander'
import { commands } from './commands.ts'

const width = Math.max(...Object.values(commands).map(({ usage }) => usage.length))

/** What `dzrun --help` prints below the flags. */
export const overview = `
Commands:
${Object.values(commands)
  .map(({ usage, summary }) => `  ${usage.padEnd(width + 2)}${summary}`)
  .join('\n')}

  dzrun COMMAND --help     flags and examples of a command
  dzrun help exit-codes    what each exit code means

Examples:
  dzrun explain store_sales --local
  dzrun list --ending any-failure --since 7d --stage prod --region eu-central-1`

export const programFor = (): Command =>
  new Command('dzrun')
    .description('Drives the DataZone run orchestrator: a local stack (npm start) or a deployed one')
    .option(
      '--local [file]',
      'the running local stack (npm start), or the local stack with this env file; the default without --stage and --stack',
    )
    .option('--stage <stage>', 'the deployed stack of this stage, e.g. prod')
    .option('--stack <name>', 'the deployed stack of this name')
    .option('--region <region>', 'AWS Region of the stack')
    .option('--profile <profile>', 'AWS profile')
    .option('--no-cache', 'read the outputs of the stack again; dzrun caches them for ten minutes')
    .showSuggestionAfterError()
    .exitOverride()

/**
 * Loads the command that the arguments name. Loads every command for an unknown name, to suggest a similar one, and for
 * `completion`, whose script lists them.
 */
export const load = async (program: Command, args: readonly string[]): Promise<void> => {
  const named = args.find((arg) => Object.hasOwn(commands, arg))
  const found = named === undefined || named === 'completion' ? undefined : commands[named]
  for (const { add } of found === undefined ? Object.values(commands) : [found]) await add(program)
  for (const command of program.commands) exitOnError(command)
}

/** Makes errors of a command and its subcommands throw, so that main.ts chooses the exit code. */
const exitOnError = (command: Command): void => {
  command.exitOverride()
  for (const child of command.commands) exitOnError(child)
}
