import type { Command } from 'commander'
import { breakerName } from '../../lib/run/breaker.ts'
import type { StackStatus } from '../../lib/usecases/inspect/stack-status.ts'
import { stackStatus } from '../../lib/usecases/inspect/stack-status.ts'
import { connect } from '../connect.ts'
import { addDocumentFlags, type OutputFlags, printDocument } from '../output.ts'
import { queueDepths } from '../queues.ts'
import type { StackOptions } from '../stack-location.ts'
import { age, time } from '../terminal.ts'

type QueueDepths = Awaited<ReturnType<typeof queueDepths>>

const statusLines = (status: StackStatus, queues: QueueDepths, nowMs: number): readonly string[] => {
  const parked = Object.entries(status.parked).toSorted(([, left], [, right]) => right - left)
  const total = parked.reduce((sum, [, count]) => sum + count, 0)
  return [
    `in flight         ${status.inFlight}`,
    `being started     ${status.claimed}`,
    `to be announced   ${status.unannounced}`,
    `parked            ${total}`,
    ...parked.map(([reason, count]) => `  ${reason.toLowerCase().padEnd(16)}${count}`),
    ...(status.oldestDueAtMs === undefined
      ? []
      : [`  oldest due      ${age(nowMs - status.oldestDueAtMs)} ago`]),
    ...queues.map(
      ({ name, waiting, hidden }) => `${name.padEnd(18)}${waiting} waiting, ${hidden} being handled`,
    ),
    ...status.breakers.map(
      (breaker) =>
        `breaker open      ${breakerName(breaker.cause)}, next probe ${time(breaker.nextProbeAtMs)}`,
    ),
    ...(status.unreadable === 0 ? [] : [`unreadable        ${status.unreadable} records`]),
  ]
}

/** `dzrun status`: what the system is doing. */
export const addStatus = (program: Command): void => {
  const command = program
    .command('status')
    .description('show what is in flight, what waits and why, the queues, and open breakers')
    .addHelpText('after', '\nExample:\n  dzrun status --stage prod --region eu-central-1')
  addDocumentFlags(command).action(async () => {
    const all = command.optsWithGlobals<StackOptions & OutputFlags>()
    const { location, store, breakers } = await connect(all)
    const nowMs = Date.now()
    const [status, queues] = await Promise.all([
      stackStatus({ store, breakers }, nowMs),
      queueDepths(location, all),
    ])
    printDocument({ ...status, queues }, all, {
      fields: ['claimed', 'inFlight', 'unannounced', 'parked', 'breakers', 'unreadable', 'queues'],
      text: () => statusLines(status, queues, nowMs),
    })
  })
}
