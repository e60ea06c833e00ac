import * as z from 'zod/mini'

/** A message that a topic accepted. */
export interface PublishedMessage {
  readonly topicArn: string
  readonly subject: string | undefined
  /** The text for e-mail subscribers. */
  readonly email: string
  /** The text for all other subscribers. */
  readonly text: string
  readonly atMs: number
}

const publishSchema = z.object({
  Action: z.literal('Publish'),
  TopicArn: z.string(),
  Subject: z.optional(z.string()),
  Message: z.string(),
  MessageStructure: z.optional(z.string()),
})

const byProtocol = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text): unknown => JSON.parse(text)),
  ),
  z.object({ default: z.string(), email: z.optional(z.string()) }),
)

/** Returns the message of an accepted Publish call; undefined for any other call. */
export const publishedMessage = (fields: unknown, atMs: number): PublishedMessage | undefined => {
  const call = publishSchema.safeParse(fields)
  if (!call.success) return undefined
  const { TopicArn: topicArn, Subject: subject, Message, MessageStructure } = call.data
  const texts = MessageStructure === 'json' ? byProtocol.parse(Message) : { default: Message }
  return { topicArn, subject, email: texts.email ?? texts.default, text: texts.default, atMs }
}

/** How many messages are kept, which bounds the memory of a stack that runs for days. */
const maximumKept = 1_000

/** Creates a list of the last messages. `onMessage` receives each message. */
export const publishedMessages = (onMessage: (message: PublishedMessage) => void = () => {}) => {
  const kept: PublishedMessage[] = []
  return {
    add(message: PublishedMessage): void {
      kept.push(message)
      if (kept.length > maximumKept) kept.shift()
      onMessage(message)
    },
    all: (): readonly PublishedMessage[] => [...kept],
  }
}
