import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect } from 'vitest'
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts'
import { eventually } from './eventually.ts'
import { localTemplate } from './local-template.ts'
import { openHandles } from './open-handles.ts'

const directory = import.meta.dirname

/** Starts stacks of the small template. Stops them after each test, and fails the test if a handle is still open. */
export const smallStacks = () => {
  const closing: (() => unknown)[] = []
  let before = openHandles()
  const expectNoOpenHandles = () => eventually(() => expect(openHandles()).toEqual(before))
  beforeEach(() => {
    before = openHandles()
  })
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
    await expectNoOpenHandles()
  })

  const start = async (options: Partial<StackOptions> = {}): Promise<Stack> => {
    const stack = await startStack({
      template: localTemplate(),
      directory,
      datazoneEndpoint: 'http://127.0.0.1:9',
      schedules: false,
      ...options,
    })
    closing.push(stack.stop)
    return stack
  }

  const clients = (stack: Stack) => {
    const sqs = new SQSClient(stack.connect('sqs'))
    const dynamodb = new DynamoDBClient(stack.connect('dynamodb'))
    closing.push(() => sqs.destroy())
    closing.push(() => dynamodb.destroy())
    const send = (body: Record<string, unknown>, queue = 'Queue') =>
      sqs.send(
        new SendMessageCommand({ QueueUrl: stack.queueUrls[queue], MessageBody: JSON.stringify(body) }),
      )
    const items = async () => {
      const { Items = [] } = await dynamodb.send(
        new ScanCommand({ TableName: stack.tableName, ConsistentRead: true }),
      )
      return Items.map(({ pk, receiveCount, batch }) => ({
        id: pk?.S,
        receives: receiveCount?.N,
        batch: batch?.N,
      }))
    }
    const receive = async (queue: string) => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: stack.queueUrls[queue] }),
      )
      return Messages.map(({ Body }) => Body)
    }
    return { sqs, dynamodb, send, items, receive }
  }

  return {
    start,
    clients,
    expectNoOpenHandles,
    onClose: (close: () => unknown) => closing.push(close),
  }
}

/** Returns the ids of the events that the functions of the small template have put on its bus. */
export const consumed = (stack: Stack): readonly unknown[] =>
  stack.archive('Bus').map(({ event }) => event.detail['id'])

export const untilIdle = (stack: Stack): Promise<void> =>
  eventually(async () => expect(await stack.activity()).toMatchObject({ idle: true }), { deadlineMs: 60_000 })
