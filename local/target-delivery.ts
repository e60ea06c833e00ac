import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns'
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs'
import { present } from '../lib/run/present.ts'
import { busNameOf } from './eventbridge/arn.ts'
import type { BusEvent } from './eventbridge/bus-event.ts'
import type { Deliver, Delivery } from './eventbridge/event-router.ts'

/** A delivery to a target that the local stack does not run, such as an API destination. */
export interface RecordedDelivery {
  readonly arn: string
  readonly body: string
  readonly atMs: number
}

/** The clients and functions that deliveries use. */
export interface DeliveryContext {
  readonly sqs: SQSClient
  readonly sns: SNSClient
  /** The names of the topics of the stack. */
  readonly topics: ReadonlySet<string>
  /** Returns the URL of a queue from its name. */
  readonly queueUrl: (queueName: string) => string
  /** Invokes a function of the stack by its ARN. Returns undefined for any other ARN. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<unknown> | undefined
  /** Puts an event on another bus of the stack. Returns false when there is no such bus. */
  readonly forward: (bus: string, event: BusEvent) => boolean
  readonly log: (line: string) => void
}

/** Delivers to targets, and keeps the deliveries to targets that the stack does not run. */
export interface TargetDelivery {
  readonly deliver: Deliver
  /** Returns the last deliveries to targets that the stack does not run, oldest first. */
  recorded(): readonly RecordedDelivery[]
}

/** How many deliveries are kept, which bounds the memory of a stack that runs for days. */
const maximumRecorded = 1_000

/**
 * Creates a delivery to queues, topics, functions and buses of the stack, which records deliveries to any other target.
 */
export function targetDelivery(context: DeliveryContext): TargetDelivery {
  const kept: RecordedDelivery[] = []
  const named = new Set<string>()
  const record = ({ arn, body }: Delivery) => {
    kept.push({ arn, body, atMs: Date.now() })
    if (kept.length > maximumRecorded) kept.shift()
    if (!named.has(arn))
      context.log(
        `the local stack does not run ${arn}: GET /_local/recorded-deliveries lists what it would receive`,
      )
    named.add(arn)
  }
  return {
    recorded: () => [...kept],
    deliver: async (delivery) => {
      const [, , service, , , ...resource] = delivery.arn.split(':')
      if (service === 'sqs') return send(context, resource.join(':'), delivery)
      if (service === 'sns' && context.topics.has(resource.join(':')))
        return context.sns.send(new PublishCommand({ TopicArn: delivery.arn, Message: delivery.body }))
      if (service === 'lambda') {
        const invoked = context.invoke(delivery.arn, JSON.parse(delivery.body))
        if (invoked !== undefined) return await invoked
      }
      if (service === 'events' && resource[0]?.startsWith('event-bus/') === true) {
        const isForwarded = context.forward(busNameOf(delivery.arn), JSON.parse(delivery.body))
        if (isForwarded) return undefined
      }
      return record(delivery)
    },
  }
}

function send(
  { sqs, queueUrl }: DeliveryContext,
  queueName: string,
  { body, attributes, messageGroupId }: Delivery,
): Promise<unknown> {
  const entries = Object.entries(attributes).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ])
  return sqs.send(
    new SendMessageCommand({
      QueueUrl: queueUrl(queueName),
      MessageBody: body,
      MessageAttributes: Object.fromEntries(entries),
      ...present({ MessageGroupId: messageGroupId }),
    }),
  )
}
