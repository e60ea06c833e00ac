import { setTimeout as delay } from 'node:timers/promises'
import type { Command } from 'commander'
import { breakerName } from '../../lib/run/breaker.ts'
import { type Overview, overviewOf } from '../../lib/usecases/inspect/overview.ts'
import { connect } from '../connect.ts'
import { addDocumentFlags, formatOf, type OutputFlags, printDocument } from '../output.ts'
import { queueDepths } from '../queues.ts'
import type { StackOptions } from '../stack-location.ts'
import { printable, relative, styled, time, timeAndAge, wrapped } from '../terminal.ts'

interface StatusOptions extends StackOptions, OutputFlags {
  readonly domain?: string
  readonly watch?: true
  readonly exact?: true
}

type QueueDepths = Awaited<ReturnType<typeof queueDepths>>
type Status = Overview & { readonly queues: QueueDepths }

const labelWidth = 18
const line = (label: string, text: string): string => `${label.padEnd(labelWidth)}${text}`

/** DataZone's quota of Starts, per account and Region. */
const startsPerSecond = 10

const sweepLines = ({ lastSweep }: Status, nowMs: number): readonly string[] => {
  if (lastSweep === undefined)
    return [line('last sweep', styled('red', 'none is recorded; run dzrun doctor'))]
  const { startedAtMs, tookMs, due, problems, mode, outOfTime } = lastSweep
  const isLate = nowMs - startedAtMs > 3 * 60_000
  const seen = `${timeAndAge(startedAtMs, nowMs)}, took ${(tookMs / 1000).toFixed(1)}s, ${due} due, mode ${mode}`
  return [
    line('last sweep', isLate ? styled('red', `${seen}; the schedule may be off: run dzrun doctor`) : seen),
    ...(outOfTime ? [line('', styled('yellow', 'ran out of time; the next sweep continues'))] : []),
    ...problems.map((problem) => line('', styled('yellow', printable(problem)))),
  ]
}

const parkedLines = ({ parked, parkedAtMs }: Status, nowMs: number): readonly string[] => {
  const total = parked.reduce((sum, { count }) => sum + count, 0)
  return [
    line('parked', total === 0 ? '0' : `${total}, counted ${relative(parkedAtMs, nowMs)}`),
    ...parked.map(({ reason, count, nextAtMs }) =>
      line(
        `  ${reason.toLowerCase()}`,
        `${String(count).padEnd(8)}${nextAtMs === undefined ? 'due now' : `next ${timeAndAge(nextAtMs, nowMs)}`}`,
      ),
    ),
  ]
}

const statusLines = (status: Status, nowMs: number): readonly string[] => {
  const { STARTED = 0, ...ended } = status.today
  const endings = Object.entries(ended).map(([ending, count]) => `${count} ${ending.toLowerCase()}`)
  return [
    line('in flight', `${status.inFlight}${status.claimed === 0 ? '' : `, ${status.claimed} being started`}`),
    ...(status.unannounced === 0 ? [] : [line('to be announced', String(status.unannounced))]),
    ...parkedLines(status, nowMs),
    line('ended today', endings.length === 0 ? 'none' : endings.join(', ')),
    line(
      'started today',
      `${STARTED} (DataZone allows ${startsPerSecond} a second; dzrun quota shows the month)`,
    ),
    ...status.queues.map(({ name, waiting, hidden }) =>
      line(name, `${waiting} waiting, ${hidden} being handled`),
    ),
    ...status.breakers.map(({ cause, nextProbeAtMs }) =>
      line('breaker open', `${breakerName(cause)}, next probe ${timeAndAge(nextProbeAtMs, nowMs)}`),
    ),
    ...status.pauses.map(({ domainId, projectId, pausedBy, reason }) => {
      const scope = projectId === undefined ? domainId : `${domainId}/${projectId}`
      const why = printable(`by ${pausedBy ?? 'an operator'}: ${reason ?? 'no reason given'}`)
      return line('paused', `${scope} ${why}`)
    }),
    ...sweepLines(status, nowMs),
    ...(status.unreadable === 0 ? [] : [line('unreadable', styled('red', `${status.unreadable} records`))]),
  ]
}

const statusFields = [
  'inFlight',
  'claimed',
  'unannounced',
  'parked',
  'parkedAtMs',
  'today',
  'byProject',
  'breakers',
  'pauses',
  'lastSweep',
  'unreadable',
  'queues',
] as const

const show = async (
  { location, ...ports }: Awaited<ReturnType<typeof connect>>,
  options: StatusOptions,
): Promise<void> => {
  const domainId = options.domain ?? process.env['DZRUN_DOMAIN'] ?? location.local?.domainId
  const nowMs = Date.now()
  const [overview, queues] = await Promise.all([
    overviewOf(ports, nowMs, {
      isExact: options.exact === true,
      domainIds: domainId === undefined ? [] : [domainId],
    }),
    queueDepths(location, options),
  ])
  const status: Status = { ...overview, queues }
  if (options.watch === true && formatOf(options) === 'table' && process.stdout.isTTY)
    process.stdout.write(
      `\u001b[H\u001b[2J${styled('dim', `dzrun status, ${time(nowMs)}, Ctrl-C ends it`)}\n`,
    )
  printDocument(status, options, {
    fields: statusFields,
    text: () => statusLines(status, nowMs).flatMap((one) => wrapped(one, labelWidth)),
  })
}

const watchMs = 2000

/** Aborts at Ctrl-C, so that a watch finishes its screen and exits with 0. */
const interrupted = (): AbortSignal => {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  return stopping.signal
}

type Connection = Awaited<ReturnType<typeof connect>>

const watch = async (connection: Connection, options: StatusOptions): Promise<void> => {
  const stopping = interrupted()
  while (!stopping.aborted) {
    await show(connection, options)
    await delay(watchMs, undefined, { signal: stopping }).catch(() => {})
  }
}

/** `dzrun status`: show what the stack is doing. */
export const addStatus = (program: Command): void => {
  const command = program
    .command('status')
    .description(
      'show the runs in flight, the parked requests by reason, the endings of today, queues, breakers, pauses and the last sweep',
    )
    .option('--domain <id>', 'also look for pauses in this domain (or DZRUN_DOMAIN)')
    .option(
      '--exact',
      'count the parked requests now instead of showing the counts of the last sweep; reads each of them',
    )
    .option('--watch', 'show it again every two seconds until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun status --stage prod --region eu-central-1\n  dzrun status --watch',
    )
  addDocumentFlags(command).action(async () => {
    const options = command.optsWithGlobals<StatusOptions>()
    const connection = await connect(options)
    await (options.watch === true ? watch : show)(connection, options)
  })
}
