import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { startedEvent } from '../lib/contracts/run-event.ts'
import { PortUnavailable } from '../lib/errors.ts'
import type { Policies } from '../lib/ports/policies.ts'
import { backoffSeconds, outageWaitSeconds } from '../lib/run/backoff.ts'
import type { InFlightRun } from '../lib/run/run.ts'
import { latestSlotMs } from '../lib/usecases/start/await-slot.ts'
import { breakerGates, type Gate } from '../lib/usecases/start/breaker-gate.ts'
import { type Handled, handleMessage } from '../lib/usecases/start/handle-message.ts'
import type { RequestOutcome } from '../lib/usecases/start/request-outcome.ts'
import { type Place, slotGate } from '../lib/usecases/start/slot-gate.ts'
import type { StarterPorts, StarterSettings } from '../lib/usecases/start/start-context.ts'
import { describeOutcome } from './describe-outcome.ts'
import { tableHealth } from './table-health.ts'
import type { Telemetry } from './telemetry.ts'

/** Time kept back from the function's timeout, in ms, to store and return the outcomes. */
const marginMs = 3000

/** Time kept back, in ms, to return the answer after the last event is sent. */
const answerMs = 500

/** Thrown for a message that must come back, so that Powertools reports it, and only it, as failed. */
class Redeliver extends Error {}

/** Maps a batch of SQS records to requests, and their outcomes to the messages that SQS keeps. */
export const starterHandler = (parts: {
  readonly settings: StarterSettings
  readonly ports: StarterPorts
  /** Where the policy of the settings is replaced from, for each message. */
  readonly policies: Policies
  readonly telemetry: Telemetry
}) => {
  const { settings, ports, policies, telemetry } = parts
  const { lookAgainMs: firstMs, parkMs: maxMs, leaseMs, quotaProbeMs } = settings
  const gates = breakerGates(ports.breakers, ports.clock, { firstMs, maxMs, leaseMs, quotaProbeMs })

  const table = tableHealth(ports.breakers, ports.clock)

  const note = (outcome: RequestOutcome, messageId: string, { requestKey, about }: Handled) => {
    telemetry.count(`request-${outcome.outcome}`, 1)
    const line = { messageId, requestKey, ...about, ...describeOutcome(outcome) }
    if (outcome.outcome === 'duplicate-run') telemetry.error('Duplicate run detected', line)
    else telemetry.info('Request handled', { outcome: outcome.outcome, ...line })
  }

  const noteFailure = (error: unknown, messageId: string) => {
    if (error instanceof Redeliver) return
    telemetry.count('request-failed', 1)
    const name = error instanceof Error ? error.name : 'unknown error'
    // Other messages may repeat what the sender wrote.
    const reason = error instanceof PortUnavailable ? error.message : undefined
    telemetry.error('Request failed', { messageId, name, reason })
  }

  const receivesOf = ({ attributes }: SQSRecord): number => Number(attributes.ApproximateReceiveCount)

  const hide = async ({ receiptHandle }: SQSRecord, seconds: number): Promise<void> => {
    try {
      await ports.queue.postpone(receiptHandle, seconds)
    } catch {
      // The queue is down too, so the message comes back after its visibility timeout.
    }
  }

  /** Hides a message that met an outage of ours or a defect; an outage may last for hours. */
  const hideFailed = (record: SQSRecord, error: unknown): Promise<void> => {
    table.failed(error)
    const waitSeconds = error instanceof PortUnavailable ? outageWaitSeconds : backoffSeconds
    return hide(record, waitSeconds(receivesOf(record), ports.clock.random()))
  }

  /** Returns a whole batch untried, because the table is down. */
  const returnUntried = async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    telemetry.count('request-untried', Records.length)
    telemetry.warn('Table does not answer: requests returned untried', { requests: Records.length })
    await Promise.all(
      Records.map((record) => hide(record, outageWaitSeconds(receivesOf(record), ports.clock.random()))),
    )
    return { batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }

  /** Handles one record and returns the started runs to announce. Throws Redeliver when the message must come back. */
  const handleRecord = async (
    record: SQSRecord,
    place: Place,
    gate: Gate,
    deadlineMs: number,
  ): Promise<InFlightRun[]> => {
    const { policy, version: policyVersion } = await policies.current()
    const handled = await handleMessage(record.body, {
      ...ports,
      settings: { ...settings, policy, policyVersion },
      place,
      gate,
      deadlineMs,
      sentAtMs: Number(record.attributes.SentTimestamp),
      receiveCount: receivesOf(record),
    })
    const { outcomes } = handled
    for (const outcome of outcomes) note(outcome, record.messageId, handled)
    const again = outcomes.find((outcome) => outcome.outcome === 'retry')
    if (again !== undefined) {
      await ports.queue.postpone(record.receiptHandle, again.afterSeconds)
      throw new Redeliver(again.reason)
    }
    return outcomes.flatMap((outcome) =>
      outcome.outcome === 'started' && outcome.run.policy?.announceStarted !== false ? [outcome.run] : [],
    )
  }

  return async (
    event: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis() - marginMs
    if (!(await table.canTry())) return returnUntried(event)
    const places = slotGate(event.Records.length, (count) =>
      ports.pace.reserve(count, ports.clock.now(), latestSlotMs(deadlineMs)),
    )
    const started: InFlightRun[] = []

    const inItsPlace = async (record: SQSRecord): Promise<void> => {
      const place = places()
      const gate = gates()
      try {
        started.push(...(await handleRecord(record, place, gate, deadlineMs)))
      } catch (error) {
        noteFailure(error, record.messageId)
        if (!(error instanceof Redeliver)) await hideFailed(record, error)
        throw error
      } finally {
        place.leave()
        await gate.leave()
      }
    }
    const response = await processPartialResponse(event, inItsPlace, new BatchProcessor(EventType.SQS), {
      throwOnFullBatchFailure: false,
    })
    // Best effort: consumers must not rely on it, so a failure neither fails the batch nor is retried.
    if (started.length > 0)
      await ports.bus.put(started.map(startedEvent), context.getRemainingTimeInMillis() - answerMs)
    return response
  }
}
