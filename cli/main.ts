#!/usr/bin/env node
import { enableCompileCache } from 'node:module'
import { CommanderError } from 'commander'
import { exitCodeLines, exitCodes } from './exit-codes.ts'
import { load, overview, programFor } from './program.ts'

// Before the modules of a command are loaded, which takes most of its time.
enableCompileCache()

// The reader of a pipe, such as head, may close it before everything is printed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(exitCodes.done)
})

/** Removes the cached outputs of the stack, which may be stale when a table, queue or bus is missing. */
const staleHint = async (): Promise<string> => {
  const { forgetOutputs } = await import('./output-cache.ts')
  return (await forgetOutputs())
    ? '; removed the cached outputs of the stack, which may be stale: run the command again'
    : ''
}

const fail = async (error: unknown): Promise<void> => {
  const { errorLine } = await import('./error-line.ts')
  const { message, exitCode, isMissingResource } = errorLine(error)
  console.error(`dzrun: ${message}${isMissingResource === true ? await staleHint() : ''}`)
  process.exitCode = exitCode
}

const run = async (args: readonly string[]): Promise<void> => {
  if (args[0] === 'help' && args[1] === 'exit-codes') return console.log(exitCodeLines.join('\n'))
  const program = programFor()
  const asksForOverview = args.length === 0 || args[0] === '--help' || args[0] === '-h' || args[0] === 'help'
  if (asksForOverview && args[1] === undefined) return console.log(`${program.helpInformation()}${overview}`)
  await load(program, args)
  await program.parseAsync([...args], { from: 'user' })
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  if (error instanceof CommanderError)
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  else await fail(error)
}
