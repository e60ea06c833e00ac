import type { Command } from 'commander'
import { breakerName } from '../../lib/run/breaker.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { formatRows, time } from '../output.ts'
import type { StackOptions } from '../stack-location.ts'

/** `dzrun breaker list` and `dzrun breaker close NAME`. */
export const addBreaker = (program: Command): void => {
  const breaker = program.command('breaker').description('show and close circuit breakers')

  breaker
    .command('list')
    .description('list the open circuit breakers')
    .action(async (options: StackOptions, command: Command) => {
      const { breakers } = await connect({ ...command.optsWithGlobals(), ...options })
      const rows = (await breakers.openBreakers()).map((open) => ({
        name: breakerName(open.cause),
        call: open.call,
        opened: time(open.openedAtMs),
        'next probe': time(open.nextProbeAtMs),
        probes: String(open.probes),
      }))
      console.log(await formatRows('table', ['name', 'call', 'opened', 'next probe', 'probes'], rows))
    })

  breaker
    .command('close')
    .argument('<name>', 'as dzrun breaker list shows it')
    .description('close a breaker after its cause is fixed, without waiting for the next probe')
    .addHelpText('after', '\nExample:\n  dzrun breaker close QUOTA_EXCEEDED#BUSINESS_DESCRIPTIONS')
    .action(async (name: string, options: StackOptions, command: Command) => {
      const { breakers } = await connect({ ...command.optsWithGlobals(), ...options })
      const open = await breakers.openBreakers()
      const found = open.find(({ cause }) => breakerName(cause) === name)
      if (found === undefined) {
        const names = open.map(({ cause }) => breakerName(cause)).join(', ')
        throw new CommandFailed(
          exitCodes.notFound,
          `no open breaker is named ${name}; open: ${names || 'none'}`,
        )
      }
      await breakers.close(found)
      console.log(`closed ${name}; the next sweep releases what waits for it`)
    })
}
