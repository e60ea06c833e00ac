import { sendBodies } from '../../../cli/queues.ts'
import { sqsHeldQueue } from '../../../lib/adapters/sqs/held-queue.ts'
import { present } from '../../../lib/run/present.ts'
import { type Candidate, candidateOf, redrive } from '../../../lib/usecases/operate/redrive.ts'
import type { HeldMessageView } from '../../shared/protocol.ts'
import type { PageState } from '../page-state.ts'
import { CannotChange, type ChangeOf, plural } from './change.ts'
import { keptMs, type PlannedChange } from './change-plans.ts'

/** At most this many messages are taken for one redrive. */
const mostMessages = 100

const details = {
  dead: 'Handling each of these messages failed five times. Fix the cause first. A request that already made a run makes no second one.',
  rejected: 'The starter rejected these requests. Only those that would not be rejected again are sent.',
} as const

const viewOf = ({ message, body, reasons, problems }: Candidate): HeldMessageView => ({
  id: message.id,
  body,
  reasons,
  problems,
  ...present({ sentAtMs: message.sentAtMs }),
})

/**
 * Takes messages from a queue and shows them with their reasons. They stay hidden from other readers until the change is
 * made, discarded or expired.
 */
export const planRedrive = async (
  { queue: name }: ChangeOf<'redrive'>,
  { stack }: PageState,
): Promise<PlannedChange> => {
  const queue = sqsHeldQueue(stack.sqs, name === 'dead' ? stack.deadLetterQueueUrl : stack.rejectedQueueUrl)
  const messages = await queue.take(mostMessages, keptMs / 1000)
  if (messages.length === 0)
    throw new CannotChange('the queue shows no message: it is empty, or another reader holds what is in it')
  const candidates = messages.map((message) => candidateOf(name, message, Date.now()))
  const good = candidates.filter(({ problems }) => problems.length === 0)
  const left = new Set(messages)
  const putBack = () => queue.putBack([...left])
  const more = messages.length === mostMessages ? ` Only ${mostMessages} messages are taken at a time.` : ''
  return {
    title: `Redrive ${plural(good.length, 'message')}`,
    detail: details[name] + more,
    count: good.length,
    lines: [],
    messages: candidates.map(viewOf),
    discard: putBack,
    apply: async () => {
      try {
        const moved = await redrive(
          candidates,
          {
            remove: async (message) => {
              await queue.remove(message)
              left.delete(message)
            },
          },
          (bodies) => sendBodies(stack.sqs, stack.requestQueueUrl, bodies),
        )
        return `redrove ${moved} of ${plural(good.length, 'message')}`
      } finally {
        await putBack()
      }
    },
  }
}
