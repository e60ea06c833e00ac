import { UsageError } from './flags.ts'

/**
 * Runs a command of this repository: its exit code is what `main` answers. A wrong flag, a taken port or anything else
 * that keeps it from starting is one clear line on stderr and a non-zero exit (2 for usage).
 */
export const runAsCommand = async (main: (args: readonly string[]) => Promise<number>): Promise<void> => {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error))
    process.exitCode = error instanceof UsageError ? 2 : 1
  }
}
