import type { SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { PortUnavailable } from '../lib/errors.ts'
import { type NotifyContext, notifyPeople } from '../lib/usecases/notify/notify-people.ts'
import type { Telemetry } from './telemetry.ts'

interface NotifierParts extends NotifyContext {
  readonly telemetry: Pick<Telemetry, 'info' | 'error'>
}

/**
 * Sends one notification for a batch of endings. Reports as failed the messages that the notification does not cover, so
 * that SQS keeps them.
 */
export const notifierHandler =
  ({ telemetry, ...context }: NotifierParts) =>
  async ({ Records }: SQSEvent): Promise<SQSBatchResponse> => {
    const failures = (indexes: readonly number[]): SQSBatchResponse => ({
      batchItemFailures: indexes.flatMap((index) => {
        const record = Records[index]
        return record === undefined ? [] : [{ itemIdentifier: record.messageId }]
      }),
    })
    try {
      const { notified, unreadable } = await notifyPeople(
        Records.map(({ body }) => body),
        context,
      )
      for (const { index, problems } of unreadable)
        telemetry.error('Unreadable event: left out of the notification', {
          messageId: Records[index]?.messageId,
          problems,
        })
      telemetry.info('Notification sent', { events: notified, records: Records.length })
      return failures(unreadable.map(({ index }) => index))
    } catch (error) {
      if (!(error instanceof PortUnavailable)) throw error
      telemetry.error('Notification not sent', { reason: error.message, records: Records.length })
      return failures([...Records.keys()])
    }
  }
