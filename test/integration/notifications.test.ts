import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { afterEach, expect, test } from 'vitest'
import { packagedTemplate } from '../../local/package.ts'
import { startStack } from '../../local/stack.ts'
import type { Stack } from '../../local/stack-api.ts'
import { failedEvent } from '../support/ending-events.ts'
import { eventually } from '../support/eventually.ts'

let stack: Stack | undefined
afterEach(() => stack?.stop())

/** Opens a stack that sends notifications. A full batch ends its window early, so that slow machines change nothing. */
const open = async ({ batchSize, windowSeconds }: { batchSize: number; windowSeconds: number }) => {
  const { template: packaged, directory } = await packagedTemplate()
  const template = structuredClone(packaged)
  const mapping = template.Resources['NotifierEventSourceMappingSQSNotificationQueue']?.Properties
  Object.assign(mapping ?? {}, { BatchSize: batchSize })
  stack = await startStack({
    template,
    directory,
    datazoneEndpoint: 'http://127.0.0.1:1',
    parameters: { Mode: 'run', NotificationEmail: 'data-team@example.com' },
    schedules: false,
    batchingSeconds: { NotificationQueue: windowSeconds },
  })
  return stack
}

const put = async ({ connect, busNames }: Stack, details: readonly object[], type = 'Failed') => {
  const eventbridge = new EventBridgeClient(connect('eventbridge'))
  for (let from = 0; from < details.length; from += 10) {
    const Entries = details.slice(from, from + 10).map((detail) => ({
      EventBusName: busNames['RunEventBus'],
      Source: 'datazone-run-orchestrator',
      DetailType: `Metadata Generation Run ${type}`,
      Detail: JSON.stringify(detail),
    }))
    await eventbridge.send(new PutEventsCommand({ Entries }))
  }
  eventbridge.destroy()
}

test('sends one e-mail for 200 failures of the packaged template', async () => {
  const { published } = await open({ batchSize: 200, windowSeconds: 120 })
  if (stack === undefined) throw new Error('the stack did not start')
  await put(
    stack,
    Array.from({ length: 200 }, (_, number) => failedEvent(number)),
  )
  const messages = await eventually(
    () => {
      expect(published()).not.toEqual([])
      return published()
    },
    { deadlineMs: 60_000 },
  )
  expect(messages.map(({ subject }) => subject)).toEqual(['DataZone runs (local): 200 failed'])
  expect(messages[0]?.topicArn).toMatch(/:datazone-run-orchestrator-local-notifications$/)
  expect(messages[0]?.email).toContain('"store_sales_199" of project "Sales"')
})

test('sends nothing about successes and about attempts that are retried', async () => {
  const { published } = await open({ batchSize: 10, windowSeconds: 1 })
  if (stack === undefined) throw new Error('the stack did not start')
  await put(stack, [failedEvent(1, { status: 'SUCCEEDED' })], 'Succeeded')
  await put(stack, [failedEvent(2, { willRetry: true }), failedEvent(3)])
  const messages = await eventually(
    () => {
      expect(published()).not.toEqual([])
      return published()
    },
    { deadlineMs: 60_000 },
  )
  expect(messages.map(({ email }) => email.split('\n')[0])).toEqual([
    'FAILED: "store_sales_3" of project "Sales"',
  ])
})
