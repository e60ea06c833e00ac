import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch'
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { startedEvent } from '../lib/contracts/run-event.ts'
import { PortUnavailable } from '../lib/errors.ts'
import { outageWaitSeconds } from '../lib/run/outage-wait.ts'
import type { InFlightRun } from '../lib/run/run.ts'
import { latestTurnMs } from '../lib/usecases/await-turn.ts'
import { breakerBoard, type Gate } from '../lib/usecases/breaker-board.ts'
import { type Handled, handleMessage } from '../lib/usecases/handle-message.ts'
import type { RequestOutcome } from '../lib/usecases/outcome.ts'
import { type Place, slotGate } from '../lib/usecases/slot-gate.ts'
import type { StarterPorts, StarterSettings } from '../lib/usecases/starter-tools.ts'
import { describeOutcome } from './describe-outcome.ts'

/** Kept back from the function's timeout, in ms, to write down and answer what was learned. */
const marginMs = 3000

/** Where the handler says what it did: Powertools in Lambda, something else in a simulation. */
export interface Telemetry {
  info(message: string, fields: Record<string, unknown>): void
  warn(message: string, fields: Record<string, unknown>): void
  error(message: string, fields: Record<string, unknown>): void
  count(metric: string, value: number): void
}

/** The message is to be seen again: Powertools reports it as failed, and only it. */
class SeeAgain extends Error {}

/** Maps a batch of SQS records to the use case, and its outcomes to what SQS is to keep. */
export const starterHandler = (parts: {
  readonly settings: StarterSettings
  readonly ports: StarterPorts
  readonly telemetry: Telemetry
}) => {
  const { settings, ports, telemetry } = parts
  const { lookAgainMs: firstMs, parkMs: longestMs, leaseMs } = settings
  const gates = breakerBoard(ports.breakers, ports.clock, { firstMs, maxMs: longestMs, leaseMs })

  const note = (outcome: RequestOutcome, messageId: string, { requestKey, about }: Handled) => {
    telemetry.count(`request-${outcome.outcome}`, 1)
    const line = { messageId, requestKey, ...about, ...describeOutcome(outcome) }
    if (outcome.outcome === 'extra') telemetry.error('a second run for one attempt', line)
    else telemetry.info(`request ${outcome.outcome}`, line)
  }

  const noteFailure = (error: unknown, messageId: string) => {
    if (error instanceof SeeAgain) return
    telemetry.count('request-failed', 1)
    const name = error instanceof Error ? error.name : 'unknown error'
    // Of a port, its name and the name of what it met; other messages may hold what was sent.
    const reason = error instanceof PortUnavailable ? error.message : undefined
    telemetry.error('a request could not be handled', { messageId, name, reason })
  }

  /** P2: what meets an outage of ours is tried for longer than the visibility timeout would give it. */
  const waitForPort = async ({ receiptHandle, attributes }: SQSRecord): Promise<void> => {
    const receives = Number(attributes.ApproximateReceiveCount)
    const seconds = outageWaitSeconds(receives, ports.clock.random())
    if (seconds === undefined) return
    try {
      await ports.queue.postpone(receiptHandle, seconds)
    } catch {
      // The queue is out, too: the message comes back after its visibility timeout.
    }
  }

  /** Handles one record, and answers the started runs to tell of. Throws when the message is to be seen again. */
  const handleRecord = async (
    record: SQSRecord,
    place: Place,
    gate: Gate,
    deadlineMs: number,
  ): Promise<InFlightRun[]> => {
    const handled = await handleMessage(record.body, {
      ...ports,
      settings,
      place,
      gate,
      deadlineMs,
      sentAtMs: Number(record.attributes.SentTimestamp),
      receiveCount: Number(record.attributes.ApproximateReceiveCount),
    })
    const { outcomes } = handled
    for (const outcome of outcomes) note(outcome, record.messageId, handled)
    const again = outcomes.find((outcome) => outcome.outcome === 'retry')
    if (again !== undefined) {
      await ports.queue.postpone(record.receiptHandle, again.afterSeconds)
      throw new SeeAgain(again.reason)
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
    const places = slotGate(event.Records.length, (count) =>
      ports.pace.reserve(count, ports.clock.now(), latestTurnMs(deadlineMs)),
    )
    const started: InFlightRun[] = []

    const inItsPlace = async (record: SQSRecord): Promise<void> => {
      const place = places()
      const gate = gates()
      try {
        started.push(...(await handleRecord(record, place, gate, deadlineMs)))
      } catch (error) {
        noteFailure(error, record.messageId)
        if (error instanceof PortUnavailable) await waitForPort(record)
        throw error
      } finally {
        place.leave()
        await gate.leave()
      }
    }
    const response = await processPartialResponse(event, inItsPlace, new BatchProcessor(EventType.SQS), {
      throwOnFullBatchFailure: false,
    })
    // Best effort: nobody may count on it, so it neither fails the batch nor is tried again.
    if (started.length > 0) await ports.bus.put(started.map(startedEvent))
    return response
  }
}
