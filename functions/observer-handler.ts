import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import type { ObserverSettings } from '../lib/config.ts'
import { type Hint, readHint } from '../lib/contracts/hint.ts'
import type { HintQueue } from '../lib/ports/hint-queue.ts'
import { type HintReport, type HintTools, settleHints } from '../lib/usecases/settle-hints.ts'
import { noteUnheardOf } from './note-unheard-of.ts'
import type { Telemetry } from './request-handler.ts'

/** Kept back from the function's timeout, in ms, for the calls under way. */
const marginMs = 5000

export type ObserverPorts = Omit<HintTools, 'settings' | 'deadlineMs'> & { readonly hints: HintQueue }

/** Maps a batch of SQS records to hints, and what became of each to what SQS is to keep. */
export const observerHandler = (parts: {
  readonly settings: ObserverSettings
  readonly ports: ObserverPorts
  readonly telemetry: Telemetry
}) => {
  const { settings, ports, telemetry } = parts

  const hintOf = (record: SQSRecord): readonly { record: SQSRecord; hint: Hint }[] => {
    const read = readHint(record.body)
    if (read.kind === 'hint') return [{ record, hint: read.hint }]
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
    for (const { ending } of ended) telemetry.count(`run-${ending.toLowerCase()}`, 1)
    const line = { hints: hints.length, ended: ended.length, trusted, announced, problems }
    if (problems.length > 0) telemetry.warn('hints with problems', line)
    else telemetry.info('hints', line)
  }

  /** A hint that came too soon comes again a few times; after that the run is the sweep's. */
  const comesAgain = (record: SQSRecord): boolean =>
    Number(record.attributes.ApproximateReceiveCount) <= settings.looksAgain

  return async (
    event: SQSEvent,
    context: Pick<Context, 'getRemainingTimeInMillis'>,
  ): Promise<SQSBatchResponse> => {
    const deadlineMs = ports.clock.now() + context.getRemainingTimeInMillis() - marginMs
    const heard = event.Records.flatMap(hintOf)
    const report = await settleHints(
      heard.map(({ hint }) => hint),
      { ...ports, settings, deadlineMs },
    )
    note(report)
    const again = heard.flatMap(({ record }, index) => {
      const fate = report.hints[index]?.fate
      return (fate === 'early' || fate === 'going') && comesAgain(record) ? [record] : []
    })
    try {
      await ports.hints.lookAgain(
        again.map(({ receiptHandle }) => receiptHandle),
        settings.lookAgainSeconds,
      )
    } catch (error) {
      // They come again all the same, only later.
      telemetry.warn('hints could not be put off', { name: error instanceof Error ? error.name : 'unknown' })
    }
    return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) }
  }
}
