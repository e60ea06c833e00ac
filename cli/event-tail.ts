import { randomBytes } from 'node:crypto'
import {
  DeleteRuleCommand,
  type EventBridgeClient,
  ListRulesCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge'
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueuesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'

/**
 * A temporary rule and queue that carry the events of a bus to a terminal.
 *
 * 1. Both have the same name, `dzrun-tail-<time>-<random>`, so the leftovers of a killed command are found by name and age.
 * 2. They are removed when the command ends, and leftovers by the next one.
 */

const prefix = 'dzrun-tail-'
/** A tail ends by itself after this long, in ms, so that anything older is a leftover. */
export const maxTailMs = 12 * 3_600_000
const leftoverMs = maxTailMs + 3_600_000

export interface TailClients {
  readonly events: EventBridgeClient
  readonly sqs: SQSClient
  readonly bus: string
}

export interface Tail {
  readonly name: string
  readonly queueUrl: string
}

/** Returns the time in the name of a tail, or undefined for any other name. */
const madeAtMs = (name: string): number | undefined => {
  const [, time] = /^dzrun-tail-(\d{13})-[0-9a-f]{8}$/.exec(name) ?? []
  return time === undefined ? undefined : Number(time)
}

const removeRule = async (name: string, { events, bus }: TailClients): Promise<void> => {
  await events.send(new RemoveTargetsCommand({ Rule: name, EventBusName: bus, Ids: ['tail'] }))
  await events.send(new DeleteRuleCommand({ Name: name, EventBusName: bus }))
}

/** Removes the rule and the queue of a tail, also when one of them no longer exists. */
export const closeTail = async ({ name, queueUrl }: Tail, clients: TailClients): Promise<void> => {
  await Promise.allSettled([
    removeRule(name, clients),
    clients.sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl })),
  ])
}

/** Removes rules and queues of tails that were killed; returns how many. */
export const removeLeftovers = async (clients: TailClients, nowMs: number): Promise<number> => {
  const { events, sqs, bus } = clients
  const isLeftover = (name: string): boolean => (madeAtMs(name) ?? nowMs) < nowMs - leftoverMs
  const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName: bus, NamePrefix: prefix }))
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: prefix }))
  const rules = Rules.flatMap(({ Name = '' }) => (isLeftover(Name) ? [Name] : []))
  const queues = QueueUrls.filter((url) => isLeftover(url.split('/').at(-1) ?? ''))
  for (const rule of rules) await removeRule(rule, clients)
  for (const QueueUrl of queues) await sqs.send(new DeleteQueueCommand({ QueueUrl }))
  return new Set([...rules, ...queues.map((url) => url.split('/').at(-1))]).size
}

/** Creates the rule and the queue. If a step fails, removes what was created by then. */
export const openTail = async (pattern: object, clients: TailClients, nowMs: number): Promise<Tail> => {
  const { events, sqs, bus } = clients
  const name = `${prefix}${nowMs}-${randomBytes(4).toString('hex')}`
  const { QueueUrl: queueUrl = '' } = await sqs.send(
    new CreateQueueCommand({
      QueueName: name,
      Attributes: { MessageRetentionPeriod: '300' },
      tags: { 'dzrun-tail': 'temporary' },
    }),
  )
  const tail = { name, queueUrl }
  try {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
    )
    const queueArn = Attributes?.QueueArn ?? ''
    const { RuleArn } = await events.send(
      new PutRuleCommand({
        Name: name,
        EventBusName: bus,
        EventPattern: JSON.stringify(pattern),
        Description: 'Temporary rule of dzrun events tail; the command removes it',
      }),
    )
    await allowRule(queueUrl, queueArn, RuleArn ?? '', sqs)
    await events.send(
      new PutTargetsCommand({ Rule: name, EventBusName: bus, Targets: [{ Id: 'tail', Arn: queueArn }] }),
    )
    return tail
  } catch (error) {
    await closeTail(tail, clients)
    throw error
  }
}

/** Allows only this rule to send to the queue. */
const allowRule = async (queueUrl: string, queueArn: string, ruleArn: string, sqs: SQSClient) => {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  })
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queueUrl, Attributes: { Policy } }))
}

/** Waits up to `waitSeconds` for events and returns the bodies that came. */
export const readTail = async (
  { queueUrl: QueueUrl }: Tail,
  sqs: SQSClient,
  waitSeconds: number,
  abortSignal: AbortSignal,
): Promise<readonly string[]> => {
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitSeconds }),
    { abortSignal },
  )
  if (Messages.length > 0)
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle = '' }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    )
  return Messages.map(({ Body = '' }) => Body)
}
