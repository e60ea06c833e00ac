import type { Command } from 'commander'
import { present } from '../../lib/run/present.ts'
import { diagnose, type Finding, worstFirst } from '../../lib/usecases/inspect/diagnose.ts'
import {
  credentialFinding,
  ruleFindings,
  uncheckedFinding,
} from '../../lib/usecases/inspect/diagnose-access.ts'
import { overviewOf } from '../../lib/usecases/inspect/overview.ts'
import { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import type { LiveOptions } from '../doctor/live.ts'
import { errorLine } from '../error-line.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addRowFlags, type Column, checkRowFlags, formatOf, note, printRows } from '../output.ts'
import { pastedCommand } from '../pasted-command.ts'
import { queueDepths } from '../queues.ts'
import type { StackLocation, StackOptions } from '../stack-location.ts'
import { styled, wrapped } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface DoctorOptions extends LiveOptions {
  readonly deep?: true
}

type Connection = Awaited<ReturnType<typeof connect>>

const colors = { ok: 'green', info: 'dim', warning: 'yellow', error: 'red' } as const

const columns: readonly Column<Finding>[] = [
  { name: 'severity', value: ({ severity }) => severity },
  { name: 'check', value: ({ check }) => check },
  { name: 'found', value: ({ found }) => found },
  { name: 'fix', value: ({ fix }) => fix },
  {
    name: 'command',
    value: ({ command }) => (command === undefined ? undefined : `dzrun ${command.join(' ')}`),
  },
]

/** The terminal column at which the text of a finding starts. */
const textColumn = 25

const lines = (findings: readonly Finding[], options: StackOptions): readonly string[] =>
  findings.flatMap(({ severity, check, found, fix, command }) => [
    `${styled(colors[severity], severity.padEnd(9))}${check.padEnd(16)}${found}`,
    ...(fix === undefined ? [] : [`${' '.repeat(textColumn)}${fix}`]),
    ...(command === undefined ? [] : [`${' '.repeat(textColumn)}${pastedCommand(command, options)}`]),
  ])

/**
 * Returns how far the clock of SQS is ahead of this machine's, in ms, from the Date header of an answer (whole seconds).
 * Undefined when SQS does not answer.
 */
const clockSkew = async ({ requestQueueUrl }: StackLocation): Promise<number | undefined> => {
  const url = process.env['AWS_ENDPOINT_URL_SQS'] ?? process.env['AWS_ENDPOINT_URL'] ?? requestQueueUrl
  const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).catch(
    () => undefined,
  )
  const at = Date.parse(answer?.headers.get('date') ?? '')
  return Number.isNaN(at) ? undefined : at - Date.now()
}

/** Runs a check. A check that fails becomes a finding, so that the others still run. */
const checked = async (
  check: string,
  look: () => Promise<readonly Finding[]> | readonly Finding[],
): Promise<readonly Finding[]> => {
  try {
    return await look()
  } catch (error) {
    const { message, exitCode } = errorLine(error)
    return [uncheckedFinding(check, message, exitCode === exitCodes.refused)]
  }
}

const stackFindings = async (
  connection: Connection,
  options: DoctorOptions,
  nowMs: number,
): Promise<readonly Finding[]> => {
  const { location } = connection
  const domainId = options.domain ?? process.env['DZRUN_DOMAIN'] ?? location.local?.domainId
  const [overview, queues, { version, policy }, clockSkewMs] = await Promise.all([
    overviewOf(connection, nowMs, { domainIds: domainId === undefined ? [] : [domainId] }),
    queueDepths(location, options),
    currentPolicy(connection),
    location.local === undefined ? clockSkew(location) : undefined,
  ])
  const signs = { overview, queues, policyVersion: version, rules: policy.rules.length, nowMs }
  return diagnose({ ...signs, ...present({ clockSkewMs }) })
}

/** Runs every check. The worst findings come first, those of --live last. */
const findingsOf = async (connection: Connection, options: DoctorOptions): Promise<readonly Finding[]> => {
  const nowMs = Date.now()
  const { location } = connection
  const found = await Promise.all([
    location.local === undefined
      ? checked('credentials', async () => {
          const { whoCalls } = await import('../doctor/credentials.ts')
          return [credentialFinding(await whoCalls(options), nowMs)]
        })
      : [],
    checked('stack', () => stackFindings(connection, options, nowMs)),
    checked('rule', async () => {
      const { ruleStates } = await import('../doctor/rules.ts')
      return ruleFindings(await ruleStates(location, options))
    }),
    checked('membership', async () => {
      const { membershipFindings } = await import('../doctor/memberships.ts')
      return membershipFindings(connection, options)
    }),
    checked('service model', async () => (await import('../doctor/model-drift.ts')).modelDrift()),
    options.deep === true
      ? checked('all records', async () => {
          const { allRecords } = await import('../doctor/all-records.ts')
          return allRecords(connection, options)
        })
      : [],
  ])
  const live =
    options.live === undefined
      ? []
      : await (await import('../doctor/live.ts')).liveFindings(location, options)
  return [...worstFirst(found.flat()), ...live]
}

const report = async (all: DoctorOptions): Promise<void> => {
  checkRowFlags(columns, all)
  if (all.live === undefined && (all.spendOneRun !== undefined || all.listen !== undefined))
    throw new CommandFailed(exitCodes.usage, '--spend-one-run and --listen go with --live')
  const findings = await findingsOf(await connect(all), all)
  if (formatOf(all) === 'table' && all.columns === undefined)
    console.log(
      lines(findings, all)
        .flatMap((line) => wrapped(line, textColumn))
        .join('\n'),
    )
  else await printRows(findings, columns, all)
  const errors = findings.filter(({ severity }) => severity === 'error').length
  if (errors === 0) return
  note(`${errors} of ${findings.length} checks found an error`, all)
  process.exitCode = exitCodes.runsFailed
}

/** `dzrun doctor`: check the setup of a stack. */
export const addDoctor = (program: Command): void => {
  const command = program
    .command('doctor')
    .description(
      'check a stack: credentials, schedule, mode, queues, rules, policy, memberships, model, clock, records',
    )
    .option('--domain <id>', 'domain whose memberships and pauses are checked (or DZRUN_DOMAIN)')
    .option('--deep', 'read every record of the table; costs half a read unit for each 4 KB')
    .option(
      '--live [file]',
      'record, without ids and names, how DataZone behaves where AWS documents nothing (default file: datazone-profile.json)',
    )
    .option('--spend-one-run <asset>', 'with --live: start exactly one run of this asset, to see more')
    .option(
      '--listen <seconds>',
      'with --live: record the events of DataZone for this long, with a temporary rule and queue (default: 0, or 60 after a run)',
      wholeNumber(0, 43_200),
    )
    .option(
      '--timeout <seconds>',
      'how long the run of --spend-one-run may take',
      wholeNumber(1, 86_400),
      900,
    )
    .option('--yes', 'do not ask for a confirmation of --spend-one-run')
    .addHelpText(
      'after',
      '\nExits with 1 when something is an error.\n\nExamples:\n  dzrun doctor\n  dzrun doctor --json check,severity,found\n  dzrun doctor --live profile.json --spend-one-run tpcds_store --yes',
    )
  addRowFlags(command, columns).action(() => report(command.optsWithGlobals<DoctorOptions>()))
}
