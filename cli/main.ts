#!/usr/bin/env node
import { CommanderError } from 'commander'
import { CatalogRefused } from '../lib/errors.ts'
import { CommandFailed, exitCodeLines, exitCodeOf, exitCodes } from './exit-codes.ts'
import { load, overview, programFor } from './program.ts'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

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
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  } else if (error instanceof CommandFailed) {
    console.error(`dzrun: ${error.message}`)
    process.exitCode = error.exitCode
  } else {
    console.error(`dzrun: ${messageOf(error)}`)
    process.exitCode = error instanceof CatalogRefused ? exitCodeOf(error.kind) : exitCodes.service
  }
}
