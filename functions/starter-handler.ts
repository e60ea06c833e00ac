import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { startedEvent } from '../lib/contracts/run-event.ts'
import type { Policies } from '../lib/ports/policies.ts'
import type { InFlightRun } from '../lib/run/run.ts'
import { latestSlotMs } from '../lib/usecases/start/await-slot.ts'
import { breakerGates, type Gate } from '../lib/usecases/start/breaker-gate.ts'
import { handleMessage } from '../lib/usecases/start/handle-message.ts'
import { type Place, slotGate } from '../lib/usecases/start/slot-gate.ts'
import type { StarterPorts, StarterSettings } from '../lib/usecases/start/start-context.ts'
import { hiddenMessages, receiveCountOf } from './hidden-messages.ts'
import { type StarterLog, starterLog } from './starter-log.ts'
import { tableHealth } from './table-health.ts'
import type { Telemetry } from './telemetry.ts'

/** Time kept back from the function's timeout, in ms, to store and return the outcomes. */
const marginMs = 3000

/** Time kept back, in ms, to return the answer after the last event is sent. */
const answerMs = 500

/** Thrown for a message that SQS must deliver again: Powertools then reports this message, and no other, as failed. */
class Redeliver extends Error {}

interface StarterParts {
  readonly settings: StarterSettings
  readonly ports: StarterPorts
  /** The policy in force, which replaces that of `settings` for each message. */
  readonly policies: Policies
  readonly telemetry: Telemetry
}

/**
 * Returns a function that handles one record and returns the started runs to announce. It throws Redeliver when SQS must
 * deliver the message again.
 */
const recordHandler =
  ({ settings, ports, policies }: StarterParts, log: StarterLog) =>
  async (record: SQSRecord, place: Place, gate: Gate, deadlineMs: number): Promise<InFlightRun[]> => {
    const { policy, version: policyVersion } = await policies.current()
    const handled = await handleMessage(record.body, {
      ...ports,
      settings: { ...settings, policy, policyVersion },
      place,
      gate,
      deadlineMs,
      sentAtMs: Number(record.attributes.SentTimestamp),
      receiveCount: receiveCountOf(record),
      senderId: record.attributes.SenderId,
    })
    const { outcomes } = handled
    for (const outcome of outcomes) log.handled(outcome, record.messageId, handled)
    const again = outcomes.find((outcome) => outcome.outcome === 'retry')
    if (again !== undefined) {
      await ports.queue.postpone(record.receiptHandle, again.afterSeconds)
      throw new Redeliver(again.reason)
    }
    return outcomes.flatMap((outcome) =>
      outcome.outcome === 'started' && outcome.run.policy?.announceStarted !== false ? [outcome.run] : [],
    )
  }

type HandleRecord = ReturnType<typeof recordHandler>

interface FailureParts {
  readonly log: StarterLog
  readonly table: ReturnType<typeof tableHealth>
  readonly messages: ReturnType<typeof hiddenMessages>
}

/** Returns a handler that gives back slot and gate, and hides a message that failed until it is tried again. */
const hidingHandler =
  (handleRecord: HandleRecord, { log, table, messages }: FailureParts): HandleRecord =>
  async (record, place, gate, deadlineMs) => {
    try {
      return await handleRecord(record, place, gate, deadlineMs)
    } catch (error) {
      if (!(error instanceof Redeliver)) {
        log.failed(error, record.messageId)
        table.failed(error)
        await messages.hideFailed(record, error)
      }
      throw error
    } finally {
      place.leave()
      await gate.leave()
    }
  }

/** Returns a whole batch untried, because the table is down. */
const returnUntried = async (
  { Records }: SQSEvent,
  { log, messages }: FailureParts,
): Promise<SQSBatchResponse> => {
  log.untried(Records.length)
  await Promise.all(Records.map((record) => messages.hideUntried(record)))
  return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) }
}

/** Handles a batch of requests. Reports as failed the messages that SQS must deliver again. */
export const starterHandler = (parts: StarterParts) => {
  const { settings, ports, telemetry } = parts
  const { lookAgainMs: firstMs, parkMs: maxMs, leaseMs, quotaProbeMs } = settings
  const gates = breakerGates(ports.breakers, ports.clock, { firstMs, maxMs, leaseMs, quotaProbeMs })
  const table = tableHealth(ports.breakers, ports.clock)
  const log = starterLog(telemetry)
  const failures = { log, table, messages: hiddenMessages(ports) }
  const handleRecord = hidingHandler(recordHandler(parts, log), failures)

  return async (
    event: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis() - marginMs
    if (!(await table.canTry())) return returnUntried(event, failures)
    const places = slotGate(event.Records.length, (count) =>
      ports.pace.reserve(count, ports.clock.now(), latestSlotMs(deadlineMs)),
    )
    const started: InFlightRun[] = []
    const handle = async (record: SQSRecord): Promise<void> => {
      started.push(...(await handleRecord(record, places(), gates(), deadlineMs)))
    }
    const response = await processPartialResponse(event, handle, new BatchProcessor(EventType.SQS), {
      throwOnFullBatchFailure: false,
    })
    // Best effort: consumers must not rely on it, so a failure neither fails the batch nor is retried.
    if (started.length > 0)
      await ports.bus.put(started.map(startedEvent), context.getRemainingTimeInMillis() - answerMs)
    return response
  }
}
