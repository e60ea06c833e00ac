import { parseQueueMessage } from '../contracts/queue-message.ts'
import { rejectedRequest } from '../contracts/rejected-request.ts'
import { malformedEvent } from '../contracts/run-event.ts'
import type { RunKind } from '../run/run.ts'
import { acceptRequest } from './accept-request.ts'
import type { RequestOutcome } from './outcome.ts'
import { resumeRecord } from './resume-record.ts'
import { backoffSeconds } from './start-run.ts'
import type { StarterTools } from './starter-tools.ts'

/** P2: the event, then the copy, and only then may the message go. */
const rejectMalformed = async (
  body: string,
  problems: readonly string[],
  { envelopeId, runKind }: { readonly envelopeId?: string; readonly runKind?: RunKind },
  tools: StarterTools,
): Promise<RequestOutcome> => {
  const nowMs = tools.clock.now()
  const event = malformedEvent(body, problems, nowMs, envelopeId, runKind)
  const eventId = event.detail.metadata.id
  const [taken] = await tools.bus.put([event])
  if (taken !== true) {
    const afterSeconds = backoffSeconds(tools.receiveCount, tools.clock.random())
    return { outcome: 'retry', afterSeconds, reason: 'EVENT_NOT_TAKEN' }
  }
  await tools.queue.copyRejected(rejectedRequest(eventId, nowMs, problems, body))
  return { outcome: 'rejected', eventId, reasons: problems }
}

/** What became of a message, and the request it was, for the log. */
export interface Handled {
  readonly requestKey?: string
  readonly outcomes: readonly RequestOutcome[]
}

/**
 * From a queue body to what became of it: parse, dedupe, resolve, claim, start. Each step writes before the next calls.
 * @throws PortUnavailable when the table or a queue cannot answer: the message is to be tried again
 */
export const handleMessage = async (body: string, tools: StarterTools): Promise<Handled> => {
  const message = parseQueueMessage(body)
  switch (message.kind) {
    case 'malformed':
      return { outcomes: [await rejectMalformed(body, message.problems, message, tools)] }
    case 'release':
      return { outcomes: await resumeRecord(message.release, tools) }
    case 'request':
      return {
        requestKey: message.request.requestKey,
        outcomes: await acceptRequest(message.request, tools),
      }
    default:
      return message satisfies never
  }
}
