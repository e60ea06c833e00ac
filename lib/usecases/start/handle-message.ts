import { malformedEvent, type RejectedMessage } from '../../contracts/malformed-event.ts'
import { parseQueueMessage, type QueueMessage } from '../../contracts/queue-message.ts'
import { rejectedRequest } from '../../contracts/rejected-request.ts'
import { causationId } from '../../contracts/run-event.ts'
import { backoffSeconds } from '../../run/backoff.ts'
import { present } from '../../run/present.ts'
import type { AssetRef, DataSourceRef } from '../../run/run.ts'
import { bindingOf, isAllowedProject, type Sender, type SenderBinding } from '../../run/senders.ts'
import { acceptRequest } from './accept-request.ts'
import { cancelRuns } from './cancel-runs.ts'
import type { RequestOutcome } from './request-outcome.ts'
import { resumeRecord } from './resume-record.ts'
import type { StartContext } from './start-context.ts'

/** P2: sends the event, then copies the message; only then may the message be acknowledged. */
const rejectMessage = async (
  body: string,
  problems: readonly string[],
  about: RejectedMessage,
  context: StartContext,
): Promise<RequestOutcome> => {
  const nowMs = context.clock.now()
  const event = malformedEvent(body, problems, nowMs, about)
  const eventId = event.detail.metadata.id
  const [isAccepted] = await context.bus.put([event], context.deadlineMs - nowMs)
  if (isAccepted !== true) {
    const afterSeconds = backoffSeconds(context.receiveCount, context.clock.random())
    return { outcome: 'retry', afterSeconds, reason: 'EVENT_NOT_ACCEPTED' }
  }
  await context.queue.copyRejected(rejectedRequest(eventId, nowMs, problems, body))
  return { outcome: 'rejected', eventId, reasons: problems }
}

/** The outcomes of a message, with its request key and its asset or data source for the log. */
export interface Handled {
  readonly requestKey?: string
  readonly about?: AssetRef | DataSourceRef
  readonly outcomes: readonly RequestOutcome[]
}

const refOf = (named: AssetRef | DataSourceRef): AssetRef | DataSourceRef =>
  'dataSourceId' in named
    ? { domainId: named.domainId, dataSourceId: named.dataSourceId }
    : { domainId: named.domainId, assetId: named.assetId }

/** The projects that the sender of a message is bound to. */
const bindingFor = (via: Sender | undefined, context: StartContext): SenderBinding | undefined =>
  bindingOf({ ...present({ principal: context.senderId }), ...via }, context.settings.policy.senders)

/** DataZone's events come through EventBridge, so an event that a bound principal sends to the queue is not DataZone's. */
const notDataZone = ({ rule }: SenderBinding): string =>
  `detail-type: senders[${rule}] of the policy does not allow its sender the events of DataZone; send a RunRequest`

const notAllowed = ({ rule }: SenderBinding): string =>
  `projectId: senders[${rule}] of the policy does not allow its sender this project; request one of its allowedProjects, or have the policy's owner add this one`

/** A request whose sender is bound to other projects makes no record, so its key stays free for an allowed sender. */
const handleRequest = async (
  body: string,
  { request, via }: Extract<QueueMessage, { kind: 'request' }>,
  context: StartContext,
): Promise<Handled> => {
  const { requestKey, projectId, kind: runKind } = request
  const about = refOf(request)
  const isOfDataZone = request.kind === 'METADATA_GENERATION' && request.trigger !== undefined
  const binding = bindingFor(via, context)
  if (binding === undefined || (!isOfDataZone && isAllowedProject(binding, projectId ?? '')))
    return { requestKey, about, outcomes: await acceptRequest(request, context) }
  const reason = isOfDataZone ? notDataZone(binding) : notAllowed(binding)
  const envelopeId = causationId(requestKey)
  const rejected = { envelopeId, runKind, errorName: 'ProjectNotAllowed', about } as const
  return { requestKey, about, outcomes: [await rejectMessage(body, [reason], rejected, context)] }
}

/**
 * Handles a queue body: parse, deduplicate, resolve, claim, start; or cancel. Each step writes before the next one calls.
 * @throws PortUnavailable when the table or a queue does not answer: the message must be tried again
 */
export const handleMessage = async (body: string, context: StartContext): Promise<Handled> => {
  const message = parseQueueMessage(body, context.sentAtMs)
  switch (message.kind) {
    case 'malformed':
      return { outcomes: [await rejectMessage(body, message.problems, message, context)] }
    case 'ignored':
      return {
        outcomes: [{ outcome: 'skipped', reason: 'UNREADABLE_EVENT', problems: message.problems }],
      }
    case 'release':
      return { about: refOf(message.release), outcomes: await resumeRecord(message.release, context) }
    case 'cancel': {
      const { requestId, domainId, target } = message.cancel
      const runKind = 'dataSourceId' in target ? 'DATA_SOURCE' : 'METADATA_GENERATION'
      const binding = bindingFor(message.via, context)
      const { outcomes, refusals } = await cancelRuns(message.cancel, context, binding)
      const about = {
        envelopeId: requestId,
        runKind,
        errorName: 'CannotCancel',
        isCancel: true,
        about: refOf({ domainId, ...target }),
      } as const
      const rejection = refusals.length === 0 ? [] : [await rejectMessage(body, refusals, about, context)]
      return {
        requestKey: `cancel:${requestId}`,
        about: refOf({ domainId, ...target }),
        outcomes: [...outcomes, ...rejection],
      }
    }
    case 'request':
      return handleRequest(body, message, context)
    default:
      return message satisfies never
  }
}
