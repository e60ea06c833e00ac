import type { VirtualTime } from './clock.ts'
import type { Random } from './random.ts'

/** A message as a poller of the queue gets it. */
export interface Received {
  readonly messageId: string
  readonly receiptHandle: string
  readonly body: string
  readonly sentAtMs: number
  readonly receiveCount: number
}

/** A message as it is on the queue, for the checker. */
export interface QueuedMessage {
  readonly messageId: string
  readonly body: string
  readonly sentAtMs: number
  readonly receiveCount: number
  readonly visibleAtMs: number
}

/** A standard queue, with the limits and times of SQS. */
export interface SimulatedQueue {
  /** Sends a message and returns its id. Throws, like SQS, for a body over the limit or a delay out of range. */
  send(body: string, delayMs?: number): string
  /** Receives up to ten visible messages, in no order. May return fewer than there are, or none. */
  receive(most: number): readonly Received[]
  /** Deletes a message. With the handle of an earlier receive, it may survive. */
  delete(receiptHandle: string): void
  /** Hides a received message for this long from now on. Throws if it is not hidden. */
  changeVisibility(receiptHandle: string, timeoutMs: number): void
  /** Sends every visible message to another queue, as a new one. Returns how many. */
  redriveTo(other: SimulatedQueue): number
  /** Returns when the next message becomes visible. Undefined: the queue is empty. */
  nextVisibleAtMs(): number | undefined
  messages(): readonly QueuedMessage[]
  /** Returns the messages that the queue dropped after their retention period. */
  expired(): readonly QueuedMessage[]
}

export interface QueueOptions {
  readonly name: string
  readonly time: VirtualTime
  readonly random: Random
  readonly visibilityTimeoutMs?: number
  readonly retentionMs?: number
  /** Where the next receive moves a message that has been received `maxReceiveCount` times. */
  readonly deadLetters?: {
    readonly queue: { readonly adopt: (message: MovedMessage) => void }
    readonly maxReceiveCount: number
  }
  readonly faults?: QueueFaults
}

/** The chances of each fault, for one message in one call. All default to 0. */
export interface QueueFaults {
  /** A received message stays visible: another poller gets it too. */
  readonly twice?: number
  /** A deleted message comes back once its visibility timeout is over. */
  readonly undeleted?: number
  /** A visible message is not found by this receive. */
  readonly overlooked?: number
}

/** A message that moves to the dead-letter queue. It keeps its age. */
export interface MovedMessage {
  readonly messageId: string
  readonly body: string
  readonly sentAtMs: number
}

interface Message {
  readonly messageId: string
  readonly body: string
  readonly sentAtMs: number
  receiveCount: number
  visibleAtMs: number
  handle: string | undefined
}

/** Documented limits and defaults. */
const maxBodyBytes = 1024 * 1024
const maxDelayMs = 900_000
const maxVisibilityMs = 43_200_000
const maxReceive = 10
const defaultVisibilityMs = 30_000
const defaultRetentionMs = 4 * 24 * 3600_000

/** Characters that SQS refuses in a body (documented): those outside XML 1.0. */
const refusedCharacters = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u

/** Creates a queue in memory. Its faults may change while it runs. */
export const simulatedQueue = (
  options: QueueOptions,
): SimulatedQueue & { adopt(message: MovedMessage): void; setFaults(faults: QueueFaults): void } => {
  const { name, time, random, deadLetters } = options
  const { visibilityTimeoutMs = defaultVisibilityMs, retentionMs = defaultRetentionMs } = options
  let { faults = {} } = options
  const messages = new Map<string, Message>()
  /** Every receipt handle ever handed out, since an old one can be used later. */
  const handles = new Map<string, string>()
  const dropped: QueuedMessage[] = []
  let count = 0

  const seen = ({ handle: _, ...message }: Message): QueuedMessage => message

  const expire = () => {
    for (const [id, message] of messages) {
      if (message.sentAtMs + retentionMs > time.now()) continue
      messages.delete(id)
      dropped.push(seen(message))
    }
  }

  const messageOf = (receiptHandle: string): Message | undefined => {
    const id = handles.get(receiptHandle)
    if (id === undefined) throw new Error('ReceiptHandleIsInvalid')
    return messages.get(id)
  }

  const isDead = (message: Message): boolean =>
    deadLetters !== undefined && message.receiveCount >= deadLetters.maxReceiveCount

  const handOut = (message: Message): Received => {
    count += 1
    const receiptHandle = `${name}-handle-${count}`
    handles.set(receiptHandle, message.messageId)
    message.handle = receiptHandle
    message.receiveCount += 1
    if (!random.chance(faults.twice ?? 0)) message.visibleAtMs = time.now() + visibilityTimeoutMs
    const { messageId, body, sentAtMs, receiveCount } = message
    return { messageId, receiptHandle, body, sentAtMs, receiveCount }
  }

  return {
    send: (body, delayMs = 0) => {
      if (Buffer.byteLength(body) > maxBodyBytes) throw new Error('InvalidMessageContents: over 1 MiB')
      if (refusedCharacters.test(body)) throw new Error('InvalidMessageContents: invalid characters')
      if (!(delayMs >= 0 && delayMs <= maxDelayMs)) throw new Error('InvalidParameterValue: DelaySeconds')
      count += 1
      const messageId = `${name}-${count}`
      const sentAtMs = time.now()
      messages.set(messageId, {
        messageId,
        body,
        sentAtMs,
        receiveCount: 0,
        visibleAtMs: sentAtMs + delayMs,
        handle: undefined,
      })
      return messageId
    },

    receive: (most) => {
      expire()
      const visible = [...messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= time.now())
      const received: Received[] = []
      while (visible.length > 0 && received.length < Math.min(most, maxReceive)) {
        const [message] = visible.splice(random.whole(0, visible.length - 1), 1)
        if (message === undefined || random.chance(faults.overlooked ?? 0)) continue
        if (isDead(message)) {
          messages.delete(message.messageId)
          deadLetters?.queue.adopt(message)
        } else received.push(handOut(message))
      }
      return received
    },

    delete: (receiptHandle) => {
      const message = messageOf(receiptHandle)
      if (message === undefined) return
      // With an old handle SQS may or may not delete a message, and sometimes a copy survives a deletion.
      if (message.handle !== receiptHandle && random.chance(0.5)) return
      if (random.chance(faults.undeleted ?? 0)) {
        message.visibleAtMs = Math.max(message.visibleAtMs, time.now() + visibilityTimeoutMs)
        return
      }
      messages.delete(message.messageId)
    },

    changeVisibility: (receiptHandle, timeoutMs) => {
      if (!(timeoutMs >= 0 && timeoutMs <= maxVisibilityMs))
        throw new Error('InvalidParameterValue: VisibilityTimeout')
      const message = messageOf(receiptHandle)
      if (message === undefined || message.visibleAtMs <= time.now()) throw new Error('MessageNotInflight')
      message.visibleAtMs = time.now() + timeoutMs
    },

    redriveTo: (other) => {
      expire()
      const moved = [...messages.values()].filter(({ visibleAtMs }) => visibleAtMs <= time.now())
      for (const { messageId, body } of moved) {
        other.send(body)
        messages.delete(messageId)
      }
      return moved.length
    },

    adopt: ({ messageId, body, sentAtMs }) => {
      const visibleAtMs = time.now()
      messages.set(messageId, { messageId, body, sentAtMs, receiveCount: 0, visibleAtMs, handle: undefined })
    },

    nextVisibleAtMs: () => {
      let nextMs: number | undefined
      for (const { visibleAtMs } of messages.values()) nextMs = Math.min(nextMs ?? visibleAtMs, visibleAtMs)
      return nextMs
    },

    messages: () => [...messages.values()].map(seen),
    expired: () => dropped,
    setFaults: (next) => {
      faults = next
    },
  }
}
