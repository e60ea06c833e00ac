import type { SQSRecord } from 'aws-lambda'
import { PortUnavailable } from '../lib/errors.ts'
import type { Clock } from '../lib/ports/clock.ts'
import type { RequestQueue } from '../lib/ports/request-queue.ts'
import { backoffSeconds, outageWaitSeconds } from '../lib/run/backoff.ts'

/** Returns how often SQS has delivered this message, the present delivery included. */
export const receiveCountOf = ({ attributes }: SQSRecord): number =>
  Number(attributes.ApproximateReceiveCount)

/** Returns functions that hide messages on the queue until they are tried again. */
export const hiddenMessages = ({ queue, clock }: { readonly queue: RequestQueue; readonly clock: Clock }) => {
  const hide = async ({ receiptHandle }: SQSRecord, seconds: number): Promise<void> => {
    try {
      await queue.postpone(receiptHandle, seconds)
    } catch {
      // The queue is down too, so the message comes back after its visibility timeout.
    }
  }
  return {
    /**
     * Hides a message that a defect or an outage made fail. The wait is longer in an outage, which can last for hours.
     */
    hideFailed(record: SQSRecord, error: unknown): Promise<void> {
      const waitSeconds = error instanceof PortUnavailable ? outageWaitSeconds : backoffSeconds
      return hide(record, waitSeconds(receiveCountOf(record), clock.random()))
    },

    /** Hides a message that was not tried, because the table is down. */
    hideUntried: (record: SQSRecord): Promise<void> =>
      hide(record, outageWaitSeconds(receiveCountOf(record), clock.random())),
  }
}
