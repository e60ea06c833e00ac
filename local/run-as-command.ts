import { type Command, type Flags, type FlagValues, UsageError } from './flags.ts'

/**
 * Runs a command of this repository and sets the exit code that `main` returns. If `main` throws, it prints the message
 * to stderr, and the exit code is 2 for a wrong flag and 1 for any other error.
 */
export const runAsCommand = async (main: (args: readonly string[]) => Promise<number>): Promise<void> => {
  // The reader of a pipe, such as head, may have what it wants before everything is printed.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}

/** Runs a command with the values of its flags, or prints its help for `--help`. */
export const runCommand = <Given extends Flags>(
  command: Command<Given>,
  main: (flags: FlagValues<Given>) => Promise<number>,
): Promise<void> =>
  runAsCommand(async (args) => {
    const flags = command.parse(args)
    if (flags !== 'help') return main(flags)
    console.log(command.usage)
    return 0
  })
