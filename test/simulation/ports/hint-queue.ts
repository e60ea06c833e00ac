import { PortUnavailable } from '../../../lib/errors.ts'
import type { HintQueue } from '../../../lib/ports/hint-queue.ts'
import type { Step } from './port-call.ts'
import type { SimulatedQueue } from './queue.ts'

const maxBatch = 10

/** Returns the hint queue as the process of this step sees it. */
export const hintQueueFor = (step: Step, hints: SimulatedQueue): HintQueue => ({
  async postpone(receiptHandles, delaySeconds) {
    for (let from = 0; from < receiptHandles.length; from += maxBatch) {
      const batch = receiptHandles.slice(from, from + maxBatch)
      await step({
        name: 'hints.lookAgain',
        about: `${batch.length} for ${delaySeconds} s`,
        resends: true,
        unreachable: (cause): never => {
          throw new PortUnavailable('hint queue', cause)
        },
        effect: () => {
          for (const receiptHandle of batch) {
            try {
              hints.changeVisibility(receiptHandle, delaySeconds * 1000)
            } catch {
              // SQS refuses single entries of a batch, and accepts the others.
            }
          }
        },
      })
    }
  },
})
