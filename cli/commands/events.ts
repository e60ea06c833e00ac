import { EventBridgeClient } from '@aws-sdk/client-eventbridge'
import { SQSClient } from '@aws-sdk/client-sqs'
import type { Command } from 'commander'
import { fieldOf, jsonOf } from '../../lib/contracts/event-body.ts'
import { eventSource } from '../../lib/contracts/run-event.ts'
import { clientSettings } from '../connect.ts'
import { closeTail, maxTailMs, openTail, readTail, removeLeftovers } from '../event-tail.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { locateStack } from '../locate-stack.ts'
import { note, type OutputFlags } from '../output.ts'
import type { StackOptions } from '../stack-location.ts'
import { printable, time } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface TailOptions extends StackOptions, OutputFlags {
  readonly filter?: string
  readonly count?: number
}

/** Returns the pattern of the rule, and a text in lower case that events must contain. */
const filterOf = (filter: string | undefined): { readonly pattern: object; readonly text: string } => {
  const source = { source: [eventSource] }
  if (filter === undefined) return { pattern: source, text: '' }
  if (!filter.trimStart().startsWith('{')) return { pattern: source, text: filter.toLowerCase() }
  const pattern = jsonOf(filter)
  if (typeof pattern !== 'object' || pattern === null)
    throw new CommandFailed(
      exitCodes.usage,
      `--filter is not JSON; give an EventBridge pattern such as {"detail-type":[{"suffix":"Failed"}]}, or a text`,
    )
  return { pattern: { ...source, ...pattern }, text: '' }
}

const textOf = (value: unknown, ...path: readonly string[]): string => {
  const found = path.reduce<unknown>(fieldOf, value)
  return typeof found === 'string' ? found : ''
}

/** Returns one line about an event: time, detail-type, asset or data source, run id, and error. */
const lineOf = (event: unknown): string => {
  const target =
    textOf(event, 'detail', 'data', 'asset', 'id') || textOf(event, 'detail', 'data', 'dataSource', 'id')
  const parts = [
    time(Date.parse(textOf(event, 'time')) || Date.now()),
    textOf(event, 'detail-type'),
    target,
    textOf(event, 'detail', 'data', 'runId'),
    textOf(event, 'detail', 'data', 'error', 'message'),
  ]
  return printable(parts.filter((part) => part !== '').join('  '))
}

/** How long one poll waits: short enough that the tail ends soon after its time is up. */
const waitSeconds = 10

const tail = async (options: TailOptions): Promise<void> => {
  const { pattern, text } = filterOf(options.filter)
  const location = await locateStack(options)
  const sqs = new SQSClient(clientSettings(location, 'sqs', options))
  const clients = {
    events: new EventBridgeClient(clientSettings(location, 'eventbridge', options)),
    sqs,
    bus: location.eventBusName,
  }
  const startMs = Date.now()
  const leftovers = await removeLeftovers(clients, startMs)
  if (leftovers > 0) note(`removed the rules and queues of earlier tails (${leftovers})`, options)
  const stopping = new AbortController()
  const stop = () => stopping.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  const opened = await openTail(pattern, clients, startMs)
  note(`waiting for events of ${location.eventBusName}; Ctrl-C ends it`, options)
  let shown = 0
  try {
    while (!stopping.signal.aborted && Date.now() - startMs < maxTailMs) {
      for (const body of await readTail(opened, sqs, waitSeconds, stopping.signal)) {
        if (!body.toLowerCase().includes(text)) continue
        console.log(options.json === undefined && options.output === undefined ? lineOf(jsonOf(body)) : body)
        shown += 1
        if (shown === options.count) return
      }
    }
  } catch (error) {
    if (!stopping.signal.aborted) throw error
  } finally {
    await closeTail(opened, clients)
  }
}

/** `dzrun events tail`. */
export const addEvents = (program: Command): void => {
  const events = program.command('events').description('read the events of runs')
  events
    .command('tail')
    .description(
      'print the events of runs as they arrive, with a temporary rule and queue that are removed at the end',
    )
    .option('--filter <filter>', 'a text that the events contain, or an EventBridge pattern as JSON')
    .option('--count <n>', 'end after this many events', wholeNumber(1, 1_000_000))
    .option('--json', 'print events as JSON lines')
    .option('--quiet', 'print events only')
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun events tail --filter store_sales --local\n  dzrun events tail --filter \'{"detail-type":[{"suffix":"Failed"}]}\' --json',
    )
    .action((_: unknown, self: Command) => tail(self.optsWithGlobals<TailOptions>()))
}
