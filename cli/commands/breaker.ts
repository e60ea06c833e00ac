import type { Command } from 'commander'
import { type Breaker, breakerName } from '../../lib/run/breaker.ts'
import { connect } from '../connect.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addRowFlags, type Column, isoTime, note, type OutputFlags, printRows } from '../output.ts'
import type { StackOptions } from '../stack-location.ts'
import { relative } from '../terminal.ts'

const columns: readonly Column<Breaker>[] = [
  { name: 'name', value: ({ cause }) => breakerName(cause) },
  { name: 'call', value: ({ call }) => call },
  {
    name: 'opened',
    value: (one) => isoTime(one.openedAtMs),
    text: (one) => relative(one.openedAtMs, Date.now()),
  },
  {
    name: 'probe',
    value: (one) => isoTime(one.nextProbeAtMs),
    text: (one) => relative(one.nextProbeAtMs, Date.now()),
  },
  { name: 'probes', value: ({ probes }) => probes },
]

/** `dzrun breaker list` and `dzrun breaker close NAME`. */
export const addBreaker = (program: Command): void => {
  const breaker = program.command('breaker').description('show and close circuit breakers')

  const list = breaker
    .command('list')
    .description('list the open circuit breakers')
    .addHelpText('after', '\nExample:\n  dzrun breaker list --output jsonl')
  addRowFlags(list, columns).action(async () => {
    const all = list.optsWithGlobals<StackOptions & OutputFlags>()
    const { breakers } = await connect(all)
    const open = await breakers.openBreakers()
    if (open.length === 0) note('no breaker is open', all)
    await printRows(open, columns, all)
  })

  breaker
    .command('close')
    .argument('<name>', 'as dzrun breaker list shows it')
    .description('close a breaker whose cause is fixed, without waiting for the next probe')
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
