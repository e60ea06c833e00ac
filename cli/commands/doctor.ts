import type { Command } from 'commander'
import { diagnose, type Finding } from '../../lib/usecases/inspect/diagnose.ts'
import type { MembershipReport } from '../../lib/usecases/inspect/memberships.ts'
import { overviewOf } from '../../lib/usecases/inspect/overview.ts'
import { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import { exitCodes } from '../exit-codes.ts'
import {
  addRowFlags,
  type Column,
  checkRowFlags,
  formatOf,
  note,
  type OutputFlags,
  printRows,
} from '../output.ts'
import { queueDepths } from '../queues.ts'
import type { StackOptions } from '../stack-location.ts'
import { domainOf } from '../target.ts'
import { styled } from '../terminal.ts'

interface DoctorOptions extends StackOptions, OutputFlags {
  readonly domain?: string
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

const lines = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ severity, check, found, fix, command }) => [
    `${styled(colors[severity], severity.padEnd(9))}${check.padEnd(16)}${found}`,
    ...(fix === undefined ? [] : [`${' '.repeat(25)}${fix}`]),
    ...(command === undefined ? [] : [`${' '.repeat(25)}dzrun ${command.join(' ')}`]),
  ])

/** The skew against the clock of SQS, to the second, as its answers show it. */
const clockSkew = async (url: string): Promise<number | undefined> => {
  const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(3000) }).catch(
    () => undefined,
  )
  const at = Date.parse(answer?.headers.get('date') ?? '')
  return Number.isNaN(at) ? undefined : at - Date.now()
}

const membershipFindings = async (
  { location, ...connection }: Connection,
  options: DoctorOptions,
): Promise<readonly Finding[]> => {
  const { catalogRoleArn: roleArn } = location
  if (roleArn === undefined) return []
  const [{ dataZoneMemberships }, { checkMemberships }, { dataZoneClient }] = await Promise.all([
    import('../../lib/adapters/datazone/memberships.ts'),
    import('../../lib/usecases/inspect/memberships.ts'),
    import('../catalog.ts'),
  ])
  const { policy } = await currentPolicy({ location, client: connection.client })
  const domainId = domainOf(options.domain, location)
  const report: MembershipReport = await checkMemberships(
    { domainId, roleArn },
    policy,
    dataZoneMemberships(dataZoneClient(location, options)),
  )
  const command = ['membership', 'add', '--domain', domainId]
  const lacking = report.projects.filter(({ access }) => access !== 'contributor')
  return [
    ...report.problems.map(
      (problem): Finding => ({ check: 'membership', severity: 'error', found: problem }),
    ),
    ...lacking.map(
      ({ projectId, name, access }): Finding => ({
        check: 'membership',
        severity: 'error',
        found: `${name} (${projectId}): ${access}`,
        fix: 'the catalog role cannot start runs there',
        command,
      }),
    ),
    ...(lacking.length === 0
      ? [
          {
            check: 'membership',
            severity: 'ok' as const,
            found: `contributor of ${report.projects.length} projects`,
          },
        ]
      : []),
  ]
}

/** Reads the whole table for records that this version cannot read. The only command that scans. */
const deepFindings = async ({ client, location }: Connection): Promise<readonly Finding[]> => {
  const [{ paginateScan }, { parseItem }, { plainItem }] = await Promise.all([
    import('@aws-sdk/client-dynamodb'),
    import('../../lib/adapters/dynamodb/run-item.ts'),
    import('../../lib/adapters/dynamodb/plain-item.ts'),
  ])
  const bad: string[] = []
  let read = 0
  for await (const page of paginateScan({ client }, { TableName: location.tableName }))
    for (const item of page.Items ?? []) {
      if (!/^(RUN|REQUEST|FOREIGN)#/.test(item['sk']?.S ?? '')) continue
      read += 1
      const parsed = parseItem(plainItem(item))
      if ('problem' in parsed) bad.push(`${parsed.key.partition} ${parsed.key.record}: it ${parsed.problem}`)
    }
  if (bad.length === 0) return [{ check: 'all records', severity: 'ok', found: `${read} read` }]
  return bad.slice(0, 20).map((found) => ({
    check: 'all records',
    severity: 'error',
    found,
    fix: 'a newer version wrote it, or it was changed by hand: deploy the newer version, or repair the record',
  }))
}

/** `dzrun doctor`: is it set up right? */
export const addDoctor = (program: Command): void => {
  const command = program
    .command('doctor')
    .description('check a stack: schedule, mode, queues, policy, memberships, clock, breakers, records')
    .option('--domain <id>', 'domain whose memberships and pauses are checked (or DZRUN_DOMAIN)')
    .option('--deep', 'read every record of the table; costs half a read unit for each 4 KB')
    .addHelpText(
      'after',
      '\nExits with 1 when something is an error.\n\nExamples:\n  dzrun doctor\n  dzrun doctor --json check,severity,found',
    )
  addRowFlags(command, columns).action(async () => {
    const all = command.optsWithGlobals<DoctorOptions>()
    checkRowFlags(columns, all)
    const connection = await connect(all)
    const { location } = connection
    const nowMs = Date.now()
    const domainId = all.domain ?? process.env['DZRUN_DOMAIN'] ?? location.local?.domainId
    const [overview, queues, { version, policy }, skewMs] = await Promise.all([
      overviewOf(connection, nowMs, { domainIds: domainId === undefined ? [] : [domainId] }),
      queueDepths(location, all),
      currentPolicy(connection),
      location.local === undefined ? clockSkew(location.requestQueueUrl) : undefined,
    ])
    const findings = [
      ...diagnose({
        overview,
        queues,
        policyVersion: version,
        rules: policy.rules.length,
        nowMs,
        ...(skewMs === undefined ? {} : { clockSkewMs: skewMs }),
      }),
      ...(await membershipFindings(connection, all)),
      ...(all.deep === true ? await deepFindings(connection) : []),
    ]
    if (formatOf(all) === 'table' && all.columns === undefined) console.log(lines(findings).join('\n'))
    else await printRows(findings, columns, all)
    const errors = findings.filter(({ severity }) => severity === 'error').length
    if (errors === 0) return
    note(`${errors} of ${findings.length} checks found an error`, all)
    process.exitCode = exitCodes.runsFailed
  })
}
