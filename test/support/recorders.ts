import type { RejectedRequest } from '../../lib/contracts/rejected-request.ts'
import type { RunEvent } from '../../lib/contracts/run-event.ts'
import type { RunRequest } from '../../lib/contracts/run-request.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { EventBus } from '../../lib/ports/event-bus.ts'
import type { RequestQueue } from '../../lib/ports/request-queue.ts'

export interface RecordingBus extends EventBus {
  /** The events that the bus accepted. */
  readonly events: RunEvent[]
  refuses: (event: RunEvent) => boolean
}

export const recordingBus = (): RecordingBus => {
  const bus: RecordingBus = {
    events: [],
    refuses: () => false,
    async put(events) {
      return events.map((event) => {
        if (bus.refuses(event)) return false
        bus.events.push(event)
        return true
      })
    },
  }
  return bus
}

type Releases = Parameters<RequestQueue['release']>[0]

export interface RecordingQueue extends RequestQueue {
  readonly released: Releases[number][]
  readonly submitted: RunRequest[]
  readonly copies: RejectedRequest[]
  isDown: boolean
}

export const recordingQueue = (): RecordingQueue => {
  const queue: RecordingQueue = {
    released: [],
    submitted: [],
    copies: [],
    isDown: false,
    async release(releases) {
      if (queue.isDown) throw new PortUnavailable('queue', new Error('down for a test'))
      queue.released.push(...releases)
      return releases.map(() => true)
    },
    async submit(requests) {
      if (queue.isDown) throw new PortUnavailable('queue', new Error('down for a test'))
      queue.submitted.push(...requests)
      return requests.map(() => true)
    },
    async postpone() {},
    async copyRejected(rejected) {
      if (queue.isDown) throw new PortUnavailable('queue', new Error('down for a test'))
      queue.copies.push(rejected)
    },
  }
  return queue
}
