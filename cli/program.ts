import { Command } from 'commander'

/** Each command by name, loaded only when it is used: `--help` and one command never pay for the SDKs of another. */
const commands: Readonly<Record<string, (program: Command) => Promise<void>>> = {
  explain: async (program) => (await import('./commands/explain.ts')).addExplain(program),
  list: async (program) => (await import('./commands/list.ts')).addList(program),
  get: async (program) => (await import('./commands/get.ts')).addGet(program),
  status: async (program) => (await import('./commands/status.ts')).addStatus(program),
  submit: async (program) => (await import('./commands/submit.ts')).addSubmit(program),
  cancel: async (program) => (await import('./commands/cancel.ts')).addCancel(program),
  pause: async (program) => (await import('./commands/pause.ts')).addPause(program),
  resume: async (program) => (await import('./commands/pause.ts')).addPause(program),
  breaker: async (program) => (await import('./commands/breaker.ts')).addBreaker(program),
  policy: async (program) => (await import('./commands/policy.ts')).addPolicy(program),
}

export const overview = `
Commands:
  explain <asset>          why has this table no description?
  list                     runs of a domain, the last changed first
  get <run>                the record of a DataZone run
  status                   what is in flight, what waits and why, queues, breakers
  submit [assets...]       request runs; --wait follows them
  cancel <asset>           cancel what was requested and has not ended
  pause, resume <scope>    stop and start a domain or project
  breaker list|close       show and close circuit breakers
  policy check|test        check a policy file, and try it on an asset

  dzrun COMMAND --help     flags and examples of a command
  dzrun help exit-codes    what each exit code means

Examples:
  dzrun explain tpcds_store_sales --domain dzd_sample1234567 --local
  dzrun list --domain dzd_sample1234567 --status failed --since 7d --stage prod --region eu-central-1`

export const programFor = (): Command =>
  new Command('dzrun')
    .description('Drives the DataZone run orchestrator: a local stack (npm start) or a deployed one')
    .option('--local [file]', 'the local stack whose env file this is (default: .local/env)')
    .option('--stage <stage>', 'the deployed stack of this stage')
    .option('--stack <name>', 'the deployed stack of this name')
    .option('--region <region>', 'AWS Region of the stack')
    .option('--profile <profile>', 'AWS profile')
    .showSuggestionAfterError()
    .exitOverride()

/** Loads the command that the arguments name; all of them for help on an unknown one, so that it can be suggested. */
export const load = async (program: Command, args: readonly string[]): Promise<void> => {
  const named = args.find((arg) => Object.hasOwn(commands, arg))
  const adders =
    named === undefined
      ? Object.values(commands).filter((add) => add !== commands['resume'])
      : [commands[named]]
  for (const add of adders) await add?.(program)
  for (const command of program.commands) command.exitOverride()
}
