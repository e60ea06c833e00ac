import { deployed } from './deployed.ts'
import type { Outside } from './outside.ts'
import type { VirtualTime } from './ports/clock.ts'
import { type SimulatedQueue, simulatedQueue } from './ports/queue.ts'
import type { Random } from './ports/random.ts'
import type { Profile } from './profile.ts'

const hintVisibilityMs = 185_000
const visibilityTimeoutMs = 181_000
const retentionMs = 14 * 24 * 3_600_000

/** The queues of a world. */
export interface WorldQueues {
  readonly requests: SimulatedQueue
  readonly hints: SimulatedQueue
  readonly rejected: SimulatedQueue
  readonly deadLetters: SimulatedQueue
  /** Every message that became a dead letter. */
  readonly deadLettered: Outside['deadLettered']
  /** Every request that the starter hid, and for how long. */
  readonly hidden: Outside['hidden']
  /** From now on no message is delivered twice, overlooked or kept after its deletion. */
  calm(): void
}

/** `sent` is called after each message that a function reads; `count` with each fault. */
export const worldQueues = (options: {
  readonly time: VirtualTime
  readonly random: Random
  readonly profile: Profile
  readonly maxReceiveCount: number
  readonly sent: () => void
  readonly count: (kind: string) => void
}): WorldQueues => {
  const { time, random, profile, count, maxReceiveCount } = options
  const faults = { twice: profile.twice, undeleted: profile.undeleted, overlooked: profile.overlooked }
  const plainQueue = (name: string) => simulatedQueue({ name, time, random: random.fork(name), retentionMs })
  const waking = (queue: SimulatedQueue): SimulatedQueue => ({
    ...queue,
    send: (body, delayMs) => {
      const id = queue.send(body, delayMs)
      options.sent()
      return id
    },
  })

  const deadLetters = plainQueue('dlq')
  const deadLettered: Outside['deadLettered'][number][] = []
  const requests = simulatedQueue({
    name: 'requests',
    time,
    random: random.fork('queue'),
    visibilityTimeoutMs,
    retentionMs,
    deadLetters: {
      queue: {
        adopt: (message) => {
          deadLettered.push({ atMs: time.now(), body: message.body })
          deadLetters.adopt(message)
        },
      },
      maxReceiveCount,
    },
    faults,
  })
  const hints = simulatedQueue({
    name: 'hints',
    time,
    random: random.fork('hints'),
    visibilityTimeoutMs: hintVisibilityMs,
    retentionMs: deployed.observer.hintRetentionMs,
    faults,
  })
  const received = new Map<string, { readonly messageId: string; readonly body: string }>()
  const hidden: Outside['hidden'][number][] = []
  return {
    requests: {
      ...waking(requests),
      receive: (most) => {
        const messages = requests.receive(most)
        for (const { receiveCount, receiptHandle, messageId, body } of messages) {
          received.set(receiptHandle, { messageId, body })
          if (receiveCount > 1) count('redelivered message')
        }
        return messages
      },
      changeVisibility: (receiptHandle, timeoutMs) => {
        requests.changeVisibility(receiptHandle, timeoutMs)
        const { messageId = '', body = '' } = received.get(receiptHandle) ?? {}
        hidden.push({ atMs: time.now(), forMs: timeoutMs, messageId, body })
      },
    },
    hints: waking(hints),
    rejected: plainQueue('rejected'),
    deadLetters,
    deadLettered,
    hidden,
    calm: () => {
      requests.setFaults({})
      hints.setFaults({})
    },
  }
}
