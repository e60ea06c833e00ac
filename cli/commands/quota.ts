import { type Command, Option } from 'commander'
import { dynamoDbCapUsage } from '../../lib/adapters/dynamodb/cap-usage.ts'
import { breakerName } from '../../lib/run/breaker.ts'
import type { Cap } from '../../lib/run/caps.ts'
import { type QuotaLine, quotaOf } from '../../lib/usecases/inspect/quota.ts'
import { connect } from '../connect.ts'
import { currentPolicy } from '../current-policy.ts'
import {
  addRowFlags,
  type Column,
  checkRowFlags,
  isoTime,
  note,
  type OutputFlags,
  printRows,
} from '../output.ts'
import { readPolicyFile } from '../policy-file.ts'
import type { StackOptions } from '../stack-location.ts'
import { relative, timeAndAge } from '../terminal.ts'

interface QuotaOptions extends StackOptions, OutputFlags {
  readonly file?: string
}

type Connection = Awaited<ReturnType<typeof connect>>

const columns: readonly Column<QuotaLine>[] = [
  { name: 'cap', value: ({ cap }) => cap },
  { name: 'type', value: ({ type }) => type },
  { name: 'scope', value: ({ scope }) => scope, hidden: true },
  { name: 'period', value: ({ period }) => period.replace(/^\w+#/, '') },
  { name: 'limit', value: ({ limit }) => limit },
  { name: 'used', value: ({ used }) => used },
  { name: 'reserved', value: ({ reserved }) => reserved },
  { name: 'left', value: ({ left }) => left },
  {
    name: 'turns',
    value: ({ turnsAtMs }) => isoTime(turnsAtMs),
    text: ({ turnsAtMs }) => relative(turnsAtMs, Date.now()),
  },
]

/** Reasons for which a request waits until a quota or cap has room again. */
const waitingReasons = ['CAP_FULL', 'QUOTA_EXCEEDED', 'BACKFILL']

/** Returns the caps in force, which the last sweep recorded; before the first sweep, those of the policy. */
const capsOf = async (
  file: string | undefined,
  lastSweep: { readonly caps?: readonly Cap[] } | undefined,
  connection: Connection,
): Promise<readonly Cap[]> => {
  if (file !== undefined) return (await readPolicyFile(file)).caps
  return lastSweep?.caps ?? (await currentPolicy(connection)).policy.caps
}

/** `dzrun quota`: show what is left of each cap. */
export const addQuota = (program: Command): void => {
  const command = program
    .command('quota')
    .description('show what is left of each cap of the policy, and how many requests wait for it')
    .addOption(new Option('--file <file>', 'use the caps of this policy file, not those in force'))
    .addHelpText('after', '\nExamples:\n  dzrun quota\n  dzrun quota --json cap,left,turns')
  addRowFlags(command, columns).action(async () => {
    const all = command.optsWithGlobals<QuotaOptions>()
    checkRowFlags(columns, all)
    const connection = await connect(all)
    const { location, client, sweeps, breakers } = connection
    const nowMs = Date.now()
    const [last, open] = await Promise.all([sweeps.last(), breakers.openBreakers()])
    const caps = await capsOf(all.file, last, connection)
    const lines = await quotaOf(caps, dynamoDbCapUsage(client, location.tableName), nowMs)
    if (last === undefined) note('no sweep is recorded yet, so nothing is counted as waiting', all)
    if (lines.length === 0) note('the policy has no caps', all)
    await printRows(lines, columns, all)
    for (const reason of waitingReasons) {
      const count = last?.parked?.[reason] ?? 0
      const nextAtMs = last?.nextAtMs?.[reason]
      const next = nextAtMs === undefined ? 'due now' : `next ${timeAndAge(nextAtMs, nowMs)}`
      if (count > 0) note(`waiting: ${count} ${reason.toLowerCase()}, ${next}`, all)
    }
    for (const { cause, nextProbeAtMs } of open)
      if (cause.reason === 'QUOTA_EXCEEDED')
        note(
          `DataZone's own quota is used up: ${breakerName(cause)}, next probe ${timeAndAge(nextProbeAtMs, nowMs)}`,
          all,
        )
  })
}
