import { asciiJson } from '../../../lib/contracts/ascii-json.ts'
import { PortUnavailable } from '../../../lib/errors.ts'
import type { RequestQueue } from '../../../lib/ports/request-queue.ts'
import { partitionOf } from '../../../lib/run/identity.ts'
import type { Step } from './port-call.ts'
import type { SimulatedQueue } from './queue.ts'

/** Documented: of a batch. */
const maxBatch = 10

const unreachable = (cause: Error): never => {
  throw new PortUnavailable('queue', cause)
}

/** Whatever the service refuses is, to the port's caller, a queue that cannot answer. */
const asked = <T>(call: () => T): T => {
  try {
    return call()
  } catch (error) {
    throw new PortUnavailable('queue', error)
  }
}

/**
 * The request queue as the process of this step sees it. `entryFails` is asked about every entry of a batch, whether
 * the queue refuses this one (default: none).
 */
export const requestQueueFor = (
  step: Step,
  queues: { readonly requests: SimulatedQueue; readonly rejected: SimulatedQueue },
  entryFails: () => boolean = () => false,
): RequestQueue => ({
  async release(releases) {
    const taken: boolean[] = []
    for (let from = 0; from < releases.length; from += maxBatch) {
      const batch = releases.slice(from, from + maxBatch)
      const answer = await step({
        name: 'queue.release',
        about: batch.map(({ release }) => `${partitionOf(release)} ${release.record}`).join(', '),
        resends: true,
        unreachable,
        effect: () =>
          batch.map(({ release, delaySeconds }) => {
            if (entryFails()) return false
            try {
              queues.requests.send(JSON.stringify(release), delaySeconds * 1000)
              return true
            } catch {
              return false
            }
          }),
      })
      taken.push(...answer)
    }
    return taken
  },

  postpone: (receiptHandle, delaySeconds) =>
    step({
      name: 'queue.postpone',
      about: `${receiptHandle} ${delaySeconds} s`,
      resends: true,
      unreachable,
      effect: () => asked(() => queues.requests.changeVisibility(receiptHandle, delaySeconds * 1000)),
    }),

  copyRejected: (rejected) =>
    step({
      name: 'queue.copyRejected',
      about: rejected.eventId,
      resends: true,
      unreachable,
      effect: () => {
        asked(() => queues.rejected.send(asciiJson(rejected)))
      },
    }),
})
