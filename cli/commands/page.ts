import type { Command } from 'commander'
import { connectPage } from '../../page/connect-page.ts'
import { startPage } from '../../page/server/page-server.ts'
import type { StackOptions } from '../stack-location.ts'
import { domainOf } from '../target.ts'
import { wholeNumber } from '../whole-number.ts'

interface PageFlags extends StackOptions {
  readonly domain?: readonly string[]
  readonly port: number
  readonly allowChanges?: boolean
  readonly events?: boolean
  readonly readUnits: number
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** Returns the domains that the flags name. The page finds others by their runs. */
const domainsOf = ({ domain = [] }: PageFlags): readonly string[] => {
  const named = domain.length > 0 ? domain : [process.env['DZRUN_DOMAIN']]
  return named.flatMap((one) => (one === undefined ? [] : [domainOf(one)]))
}

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

const serve = async (flags: PageFlags): Promise<void> => {
  const stack = await connectPage(flags, { events: flags.events === true })
  const page = await startPage({
    stack,
    domains: domainsOf(flags),
    port: flags.port,
    allowChanges: stack.local !== undefined || flags.allowChanges === true,
    unitsPerMinute: stack.local === undefined ? flags.readUnits : 60_000,
    log: (line) => console.error(line),
  })
  const interrupted = untilInterrupted()
  console.log(`The page of ${stack.name}: ${page.url}\nOpen it on this machine. Ctrl-C ends it.`)
  await interrupted
  await page.close()
}

/** `dzrun page`: the live page of a stack, on loopback. */
export const addPage = (program: Command): void => {
  program
    .command('page')
    .description('serve the live page of a stack on loopback, and print its address')
    .option(
      '--domain <id>',
      'domain to show, repeatable (or DZRUN_DOMAIN); domains with an ended or open run are found without it',
      collect,
    )
    .option('--port <n>', 'port to listen on; 0 for any', wholeNumber(0, 65_535), 0)
    .option(
      '--allow-changes',
      'allow changes of a deployed stack: pause, resume, cancel, regenerate, close a breaker and redrive',
    )
    .option(
      '--events',
      'show the events of a deployed stack, with temporary rules and queues that are removed when the page ends',
    )
    .option(
      '--read-units <n>',
      'the most read units of DynamoDB that all viewers together use in a minute',
      wholeNumber(30, 60_000),
      600,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun page --local\n  dzrun page --stage prod --region eu-central-1 --domain dzd_sample1234567',
    )
    .action((flags: PageFlags, command: Command) => serve({ ...command.optsWithGlobals(), ...flags }))
}
