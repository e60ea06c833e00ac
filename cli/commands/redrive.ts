import { SQSClient } from '@aws-sdk/client-sqs'
import { Argument, type Command } from 'commander'
import { sqsHeldQueue } from '../../lib/adapters/sqs/held-queue.ts'
import { fieldOf, jsonOf } from '../../lib/contracts/event-body.ts'
import type { HeldMessage, HeldQueue } from '../../lib/ports/held-queue.ts'
import {
  type Candidate,
  candidateOf,
  edited,
  type HeldQueueName,
  matchesFilter,
  redrive,
} from '../../lib/usecases/operate/redrive.ts'
import { addChangeFlags, type ChangeFlags, confirmed } from '../confirm.ts'
import { clientSettings, connect } from '../connect.ts'
import { editText } from '../edit-text.ts'
import { CommandFailed, exitCodes } from '../exit-codes.ts'
import { addRowFlags, type Column, checkRowFlags, formatOf, isoTime, note, printRows } from '../output.ts'
import { progressOf } from '../progress.ts'
import { sendBodies } from '../queues.ts'
import type { StackOptions } from '../stack-location.ts'
import { printable, relative } from '../terminal.ts'
import { wholeNumber } from '../whole-number.ts'

interface RedriveOptions extends StackOptions, ChangeFlags {
  readonly filter?: string
  readonly edit?: true
  readonly limit: number
}

/** Long enough to read a preview, or to edit the bodies. */
const hideSeconds = 900

const columns: readonly Column<Candidate>[] = [
  { name: 'id', value: ({ message }) => message.id, hidden: true },
  {
    name: 'sent',
    value: ({ message }) => isoTime(message.sentAtMs),
    text: ({ message: { sentAtMs } }) => (sentAtMs === undefined ? '' : relative(sentAtMs, Date.now())),
  },
  { name: 'reason', value: ({ reasons }) => reasons.join('; ') },
  {
    name: 'redrive',
    value: ({ problems }) => (problems.length === 0 ? 'yes' : `no: ${problems.join('; ')}`),
  },
  { name: 'body', value: ({ body }) => body },
]

/** Returns a message as lines of its own: its reasons and body do not fit a row of a table. */
const previewOf = ({ message, body, reasons, problems }: Candidate): string => {
  const requestId = fieldOf(jsonOf(body), 'requestId')
  const sent = message.sentAtMs === undefined ? '' : `, sent ${relative(message.sentAtMs, Date.now())}`
  const lines = [
    `${typeof requestId === 'string' ? requestId : message.id}${sent}`,
    ...reasons.map((reason) => `  reason   ${reason}`),
    problems.length === 0 ? '  redrive  yes' : `  redrive  no: ${problems.join('; ')}`,
    `  body     ${body}`,
  ]
  return lines.map(printable).join('\n')
}

/** How many messages are previewed as text; the other formats show all. */
const maxPreviews = 20

const preview = async (candidates: readonly Candidate[], options: RedriveOptions): Promise<void> => {
  if (formatOf(options) !== 'table' || options.columns !== undefined)
    return printRows(candidates, columns, options)
  for (const candidate of candidates.slice(0, maxPreviews)) console.log(previewOf(candidate))
  const left = candidates.length - maxPreviews
  if (left > 0) note(`${left} more are not shown; --output jsonl shows all, --filter selects`, options)
}

/** Opens the bodies in an editor, one a line. A line that is deleted leaves its message in the queue. */
const editAll = async (candidates: readonly Candidate[], nowMs: number): Promise<readonly Candidate[]> => {
  const lines = candidates.map(({ message, body }) => `${message.id} ${body.replaceAll(/\r?\n/g, ' ')}`)
  const saved = await editText(`${lines.join('\n')}\n`, 'messages.txt')
  return saved
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, id = '', body = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? []
      const candidate = candidates.find(({ message }) => message.id === id)
      if (candidate === undefined)
        throw new CommandFailed(exitCodes.usage, `'${id}' is not a message of the file; nothing was sent`)
      return edited(candidate, body, nowMs)
    })
}

/** Prints the messages that match, and returns those that can be sent. */
const chooseMessages = async (
  queue: HeldQueueName,
  messages: readonly HeldMessage[],
  options: RedriveOptions,
): Promise<readonly Candidate[]> => {
  const found = messages
    .map((message) => candidateOf(queue, message, Date.now()))
    .filter((candidate) => matchesFilter(candidate, options.filter))
  const chosen = options.edit === true && found.length > 0 ? await editAll(found, Date.now()) : found
  await preview(chosen, options)
  const good = chosen.filter(({ problems }) => problems.length === 0)
  if (good.length < chosen.length)
    note(`${chosen.length - good.length} would be rejected again; --edit lets you fix them`, options)
  if (messages.length === options.limit)
    note(`only ${options.limit} messages were read; --limit reads more`, options)
  return good
}

interface Redriven {
  readonly remove: HeldQueue['remove']
  readonly send: Parameters<typeof redrive>[2]
}

/** Sends the messages that the operator confirms, and calls `remove` for each that was sent. */
const sendAgain = async (
  good: readonly Candidate[],
  { remove, send }: Redriven,
  options: RedriveOptions,
): Promise<void> => {
  if (good.length === 0) return note('nothing to redrive', options)
  const count = good.length === 1 ? '1 message' : `${good.length} messages`
  if (options.dryRun === true) return note(`would redrive ${count}`, options)
  if (!(await confirmed(`Redrive ${count} to the request queue?`, options))) return
  const progress = progressOf('messages redriven', options)
  const moved = await redrive(good, { remove }, send, (done) => progress.report(done, good.length)).finally(
    progress.end,
  )
  note(`redrove ${moved} of ${count}`, options)
  if (moved < good.length)
    throw new CommandFailed(
      exitCodes.service,
      'the request queue did not accept every message; run the command again',
    )
}

const run = async (name: HeldQueueName, options: RedriveOptions): Promise<void> => {
  checkRowFlags(columns, options)
  const { location } = await connect(options)
  const client = new SQSClient(clientSettings(location, 'sqs', options))
  const queueUrl = name === 'dead' ? location.deadLetterQueueUrl : location.rejectedQueueUrl
  const queue = sqsHeldQueue(client, queueUrl)
  const messages = await queue.take(options.limit, hideSeconds)
  const left = new Set(messages)
  const remove = async (message: HeldMessage): Promise<void> => {
    await queue.remove(message)
    left.delete(message)
  }
  try {
    const send: Redriven['send'] = (bodies) => sendBodies(client, location.requestQueueUrl, bodies)
    await sendAgain(await chooseMessages(name, messages, options), { remove, send }, options)
  } finally {
    await queue.putBack([...left])
  }
}

/** `dzrun redrive dead|rejected`. */
export const addRedrive = (program: Command): void => {
  const command = program
    .command('redrive')
    .addArgument(
      new Argument(
        '<queue>',
        'dead: messages that were received 200 times and never handled; rejected: requests to be fixed',
      ).choices(['dead', 'rejected']),
    )
    .description(
      'show dead letters or rejected requests with their reasons, and send them to the request queue again',
    )
    .option('--filter <text>', 'only messages with this text in the body or a reason')
    .option('--edit', 'open the bodies in your editor first; a deleted line leaves its message in the queue')
    .option('--limit <n>', 'at most this many messages', wholeNumber(1, 10_000), 1000)
    .addHelpText(
      'after',
      '\nExamples:\n  dzrun redrive dead --dry-run\n  dzrun redrive rejected --filter salesproject01 --edit',
    )
  addChangeFlags(addRowFlags(command, columns)).action((queue: HeldQueueName, _: unknown, self: Command) =>
    run(queue, self.optsWithGlobals<RedriveOptions>()),
  )
}
