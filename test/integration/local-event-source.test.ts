import { SendMessageBatchCommand } from '@aws-sdk/client-sqs'
import { describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { localTemplate } from '../support/local-template.ts'
import { consumed, smallStacks, untilIdle } from '../support/small-stacks.ts'

const { start, clients } = smallStacks()

/** Returns the small template with these settings of its event source. */
const templateWith = (settings: object) =>
  localTemplate({
    ConsumerMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Queue', 'Arn'] },
        FunctionName: { 'Fn::GetAtt': ['Consumer', 'Arn'] },
        ...settings,
      },
    },
  })

describe('an event source', () => {
  test('deletes the handled messages of a batch and redelivers the failed ones', async () => {
    // Long enough to handle a batch on a slow machine.
    const stack = await start({ queueAttributes: { Queue: { VisibilityTimeout: '5' } } })
    const { sqs, items } = clients(stack)
    const messages = ['a', 'b', 'c'].map((id) =>
      JSON.stringify({ id, outcome: id === 'b' ? 'fail' : 'pass' }),
    )
    const Entries = messages.map((MessageBody, index) => ({ Id: String(index), MessageBody }))
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: stack.queueUrls['Queue'], Entries }))
    await untilIdle(stack)
    const seen = await items()
    expect(seen.map(({ id, receives }) => `${id}${receives}`).toSorted()).toEqual(['a1', 'b1', 'b2', 'c1'])
  })

  test('treats a thrown error as a failed batch and dead-letters a message that keeps failing', async () => {
    const stack = await start({ queueAttributes: { Queue: { VisibilityTimeout: '3' } } })
    const { send, items, receive } = clients(stack)
    await send({ id: 'a', outcome: 'throw', receives: 9 })
    const [dead] = await eventually(async () => {
      const bodies = await receive('DeadLetters')
      expect(bodies).toHaveLength(1)
      return bodies
    })
    expect(JSON.parse(dead ?? '')).toMatchObject({ id: 'a' })
    expect((await items()).map(({ receives }) => receives)).toHaveLength(2)
  })

  test('handles at most MaximumConcurrency batches at once', async () => {
    const template = templateWith({ BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } })
    const stack = await start({ template, taps: true })
    const { send } = clients(stack)
    const gate = Promise.withResolvers<void>()
    stack.tap({ service: 'dynamodb', when: 'before', times: 2, action: () => gate.promise })
    for (const id of ['a', 'b', 'c']) await send({ id })
    await eventually(async () => {
      const { batches, queues } = await stack.activity()
      expect([batches, queues['Queue']?.inFlight, queues['Queue']?.visible]).toEqual([2, 2, 1])
    })
    gate.resolve()
    await untilIdle(stack)
    expect(consumed(stack).toSorted()).toEqual(['a', 'b', 'c'])
  })

  test('gathers a batch while its window is open', async () => {
    const stack = await start({
      template: templateWith({ BatchSize: 3, MaximumBatchingWindowInSeconds: 20 }),
    })
    const { send, items } = clients(stack)
    for (const id of ['a', 'b', 'c']) await send({ id })
    await untilIdle(stack)
    expect((await items()).map(({ batch }) => batch)).toEqual(['3', '3', '3'])
  })
})
