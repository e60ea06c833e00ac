import { asciiJson } from '../../../lib/contracts/ascii-json.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type { RequestQueue } from '../../../lib/ports/request-queue.ts'
import { partitionOf } from '../../../lib/run/identity.ts'
import type { Step } from './port-call.ts'
import type { SimulatedQueue } from './queue.ts'

/** Documented: the most entries in a batch. */
const maxBatch = 10

const unreachable = (cause: Error): never => {
  throw new PortUnavailable('queue', cause)
}

/** Makes a call. Throws PortUnavailable for whatever SQS refuses. */
const orUnavailable = <T>(call: () => T): T => {
  try {
    return call()
  } catch (error) {
    throw new PortUnavailable('queue', error)
  }
}

/**
 * Returns the request queue as the process of this step sees it. `entryFails` decides for each entry of a batch whether the
 * queue refuses it (default: never).
 */
export const requestQueueFor = (
  step: Step,
  queues: { readonly requests: SimulatedQueue; readonly rejected: SimulatedQueue },
  entryFails: () => boolean = () => false,
): RequestQueue => {
  const sendAll = async (
    name: string,
    messages: readonly { readonly about: string; readonly body: string; readonly delayMs: number }[],
  ): Promise<readonly boolean[]> => {
    const taken: boolean[] = []
    for (let from = 0; from < messages.length; from += maxBatch) {
      const batch = messages.slice(from, from + maxBatch)
      const answer = await step({
        name,
        about: batch.map(({ about }) => about).join(', '),
        resends: true,
        unreachable,
        effect: () =>
          batch.map(({ body, delayMs }) => {
            if (entryFails()) return false
            try {
              queues.requests.send(body, delayMs)
              return true
            } catch {
              return false
            }
          }),
      })
      taken.push(...answer)
    }
    return taken
  }

  return {
    release: (releases) =>
      sendAll(
        'queue.release',
        releases.map(({ release, delaySeconds }) => ({
          about: `${partitionOf(release)} ${release.record}`,
          body: JSON.stringify(release),
          delayMs: delaySeconds * 1000,
        })),
      ),

    submit: (requests) =>
      sendAll(
        'queue.submit',
        requests.map((request) => ({ about: request.requestId, body: asciiJson(request), delayMs: 0 })),
      ),

    postpone: (receiptHandle, delaySeconds) =>
      step({
        name: 'queue.postpone',
        about: `${receiptHandle} ${delaySeconds} s`,
        resends: true,
        unreachable,
        effect: () =>
          orUnavailable(() => queues.requests.changeVisibility(receiptHandle, delaySeconds * 1000)),
      }),

    copyRejected: (rejected) =>
      step({
        name: 'queue.copyRejected',
        about: rejected.eventId,
        resends: true,
        unreachable,
        effect: () => {
          orUnavailable(() => queues.rejected.send(asciiJson(rejected)))
        },
      }),
  }
}
