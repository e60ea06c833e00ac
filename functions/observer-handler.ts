import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { ObserverSettings } from '../lib/config.ts'
import { parseServiceEvent, type ServiceEvent } from '../lib/contracts/service-event.ts'
import type { HintQueue } from '../lib/ports/hint-queue.ts'
import { lookAgainAfterSeconds } from '../lib/run/look-again.ts'
import { type HearingTools, hearEvents } from '../lib/usecases/hear-events.ts'
import type { HintFate, HintReport } from '../lib/usecases/settle-hints.ts'
import { metricName } from './metric-name.ts'
import { noteUnheardOf } from './note-unheard-of.ts'
import type { Telemetry } from './starter-handler.ts'

/** Kept back from the function's timeout, in ms, for the calls under way. */
const marginMs = 5000

export type ObserverPorts = Omit<HearingTools, 'settings' | 'following' | 'deadlineMs'> & {
  readonly hints: HintQueue
}

/** Maps a batch of SQS records to events of DataZone's own, and what became of each to what SQS is to keep. */
export const observerHandler = (parts: {
  readonly settings: ObserverSettings
  readonly ports: ObserverPorts
  readonly telemetry: Telemetry
}) => {
  const { settings, ports, telemetry } = parts

  const heardOf = (record: SQSRecord): readonly { record: SQSRecord; event: ServiceEvent }[] => {
    const read = parseServiceEvent(record.body)
    if (read.kind !== 'ignored') return [{ record, event: read }]
    telemetry.count('hint-ignored', 1)
    telemetry.warn('an event that is no hint', { messageId: record.messageId, problems: read.problems })
    return []
  }

  const note = ({ hints, ended, trusted, announced, problems, unheardOf }: HintReport) => {
    noteUnheardOf(unheardOf, telemetry)
    for (const { address, fate } of hints) {
      telemetry.count(`hint-by-${address}`, 1)
      telemetry.count(`hint-${fate}`, 1)
    }
    if (trusted > 0) telemetry.count('hint-trusted', trusted)
    for (const { ending } of ended) telemetry.count(metricName('run', ending), 1)
    const line = { hints: hints.length, ended: ended.length, trusted, announced, problems }
    if (problems.length > 0) telemetry.warn('hints with problems', line)
    else telemetry.info('hints', line)
  }

  /** A hint that came too soon comes again a few times; after that what it is about is the sweep's, or nobody's. */
  const comesAgainAfter = (record: SQSRecord, fate: HintFate | undefined): number | undefined => {
    const isUndecided = fate === 'undecided'
    if (fate !== 'early' && fate !== 'active' && !isUndecided) return undefined
    const receives = Number(record.attributes.ApproximateReceiveCount)
    const seconds = lookAgainAfterSeconds(receives, isUndecided, settings)
    if (isUndecided && seconds === undefined) {
      telemetry.count('hint-not-followed', 1)
      telemetry.warn('a run of others is not followed, or an acceptance not noted', {
        messageId: record.messageId,
      })
    }
    return seconds
  }

  return async (
    event: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis() - marginMs
    const heard = event.Records.flatMap(heardOf)
    const report = await hearEvents(
      heard.map((one) => one.event),
      { ...ports, settings, following: settings.following, deadlineMs },
    )
    note(report)
    const again = heard.flatMap(({ record }, index) => {
      const afterSeconds = comesAgainAfter(record, report.hints[index]?.fate)
      return afterSeconds === undefined ? [] : [{ record, afterSeconds }]
    })
    try {
      for (const [afterSeconds, those] of Map.groupBy(again, (one) => one.afterSeconds)) {
        await ports.hints.postpone(
          those.map(({ record }) => record.receiptHandle),
          afterSeconds,
        )
      }
    } catch (error) {
      // They come again all the same, only later.
      telemetry.warn('hints could not be put off', { name: error instanceof Error ? error.name : 'unknown' })
    }
    return { batchItemFailures: again.map(({ record }) => ({ itemIdentifier: record.messageId })) }
  }
}
