import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { ObserverSettings } from '../lib/config.ts'
import { parseServiceEvent, type ServiceEvent } from '../lib/contracts/service-event.ts'
import type { HintQueue } from '../lib/ports/hint-queue.ts'
import type { Policies } from '../lib/ports/policies.ts'
import { lookAgainAfterSeconds } from '../lib/run/look-again.ts'
import { type HandleEventsContext, handleEvents } from '../lib/usecases/observe/handle-events.ts'
import type { HintFate, HintReport } from '../lib/usecases/observe/hint-report.ts'
import { metricName, reportUnrecognized, type Telemetry } from './telemetry.ts'

/** Time kept back from the function's timeout, in ms, for calls in progress. */
const marginMs = 5000

export type ObserverPorts = Omit<HandleEventsContext, 'settings' | 'following' | 'deadlineMs'> & {
  readonly hints: HintQueue
}

interface ObserverParts {
  readonly settings: ObserverSettings
  readonly ports: ObserverPorts
  /** The policy in force decides which foreign runs are followed. */
  readonly policies: Policies
  readonly telemetry: Telemetry
}

const readRecord = (
  record: SQSRecord,
  telemetry: Telemetry,
): readonly { record: SQSRecord; event: ServiceEvent }[] => {
  const read = parseServiceEvent(record.body)
  if (read.kind !== 'ignored') return [{ record, event: read }]
  telemetry.count('hint-ignored', 1)
  telemetry.warn('Event is not a hint', { messageId: record.messageId, problems: read.problems })
  return []
}

const note = (
  { hints, ended, announced, problems, unrecognized }: HintReport,
  telemetry: Telemetry,
): void => {
  reportUnrecognized(unrecognized, telemetry)
  for (const { address, fate } of hints) {
    telemetry.count(`hint-by-${address}`, 1)
    telemetry.count(`hint-${fate}`, 1)
  }
  for (const { ending } of ended) telemetry.count(metricName('run', ending), 1)
  const line = { hints: hints.length, ended: ended.length, announced, problems }
  if (problems.length > 0) telemetry.warn('Hints handled with problems', line)
  else telemetry.info('Hints handled', line)
}

/** Returns the seconds until a hint that came too early is read again, or undefined to leave its run to the sweep. */
const redeliverAfterSeconds = (
  record: SQSRecord,
  fate: HintFate | undefined,
  { settings, telemetry }: Pick<ObserverParts, 'settings' | 'telemetry'>,
): number | undefined => {
  const isUndecided = fate === 'undecided'
  if (fate !== 'early' && fate !== 'active' && !isUndecided) return undefined
  const receives = Number(record.attributes.ApproximateReceiveCount)
  const seconds = lookAgainAfterSeconds(receives, isUndecided, settings)
  if (isUndecided && seconds === undefined) {
    telemetry.count('hint-not-followed', 1)
    telemetry.warn('Hint given up: foreign run not followed or acceptance not recorded', {
      messageId: record.messageId,
    })
  }
  return seconds
}

/**
 * Handles a batch of DataZone's own events. Reports as failed the messages whose hint came too early, so that SQS
 * delivers them again.
 */
export const observerHandler = (parts: ObserverParts) => {
  const { settings, ports, policies, telemetry } = parts

  return async (
    event: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis() - marginMs
    const received = event.Records.flatMap((record) => readRecord(record, telemetry))
    const { followDataSourceRuns = [] } = (await policies.current()).policy
    const following = { ...settings.following, followDataSourceRuns }
    const report = await handleEvents(
      received.map((one) => one.event),
      { ...ports, settings, following, deadlineMs },
    )
    note(report, telemetry)
    const again = received.flatMap(({ record }, index) => {
      const afterSeconds = redeliverAfterSeconds(record, report.hints[index]?.fate, parts)
      return afterSeconds === undefined ? [] : [{ record, afterSeconds }]
    })
    try {
      for (const [afterSeconds, group] of Map.groupBy(again, (one) => one.afterSeconds)) {
        await ports.hints.postpone(
          group.map(({ record }) => record.receiptHandle),
          afterSeconds,
        )
      }
    } catch (error) {
      // SQS still delivers the messages again, after their visibility timeout.
      telemetry.warn('Failed to extend hint visibility', {
        name: error instanceof Error ? error.name : 'unknown',
      })
    }
    return { batchItemFailures: again.map(({ record }) => ({ itemIdentifier: record.messageId })) }
  }
}
