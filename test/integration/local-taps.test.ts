import { describe, expect, test } from 'vitest'
import { localTemplate, testFunction } from '../support/local-template.ts'
import { consumed, smallStacks, untilIdle } from '../support/small-stacks.ts'

const { start, clients } = smallStacks()

describe('a tap', () => {
  test.each([
    ['before', 'dynamodb', 'PutItem', { items: 0, events: 0 }],
    ['after', 'dynamodb', 'PutItem', { items: 1, events: 0 }],
    ['before', 'eventbridge', 'PutEvents', { items: 1, events: 0 }],
    ['after', 'eventbridge', 'PutEvents', { items: 1, events: 1 }],
  ] as const)(
    'crashes the environment %s %s:%s, so that SQS redelivers the message',
    async (when, service, operation, left) => {
      const stack = await start({ taps: true, queueAttributes: { Queue: { VisibilityTimeout: '2' } } })
      const { send, items } = clients(stack)
      const point = stack.tap({
        service,
        when,
        match: (request) => request.operation === operation,
        action: 'crash',
      })
      await send({ id: 'a' })
      await point.done
      expect({ items: (await items()).length, events: stack.archive('Bus').length }).toEqual(left)
      await untilIdle(stack)
      expect(point.hits()).toBe(1)
      expect(await items()).toContainEqual({ id: 'a', receives: '2', batch: '1' })
      expect(consumed(stack)).toHaveLength(left.events + 1)
    },
  )

  test('drops an answer after its effect, and the client retries', async () => {
    const stack = await start({ taps: true })
    const { send } = clients(stack)
    stack.tap({ service: 'eventbridge', when: 'after', action: 'hang up' })
    await send({ id: 'a' })
    await untilIdle(stack)
    expect(consumed(stack)).toEqual(['a', 'a'])
  })

  test('receives the calls to a service, with the environment that made them', async () => {
    const stack = await start({
      taps: true,
      template: localTemplate({
        Forwarder: testFunction('forward', { Environment: { Variables: { QUEUE_URL: { Ref: 'Inbox' } } } }),
      }),
    })
    const { receive } = clients(stack)
    const seen: unknown[] = []
    stack.tap({ service: 'sqs', when: 'before', action: async (request) => void seen.push(request) })
    await stack.invoke('Forwarder', 1)
    expect(seen).toMatchObject([
      { service: 'sqs', operation: 'SendMessage', environmentId: 'env-1', method: 'POST' },
    ])
    expect(await receive('Inbox')).toEqual(['1'])
  })

  test('is refused by a stack that was started without taps', async () => {
    const stack = await start()
    expect(() => stack.tap({ service: 'sqs', when: 'before', action: 'crash' })).toThrow(
      'start it with taps: true',
    )
  })
})
