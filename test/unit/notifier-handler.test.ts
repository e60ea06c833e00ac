import { describe, expect, test } from 'vitest'
import { notifierHandler } from '../../functions/notifier-handler.ts'
import { envelope, failedEvent } from '../support/ending-events.ts'
import { recordingNotifications } from '../support/recording-notifications.ts'
import { t0 } from '../support/runs.ts'
import { sqsRecord } from '../support/sqs-record.ts'

const open = () => {
  const notifications = recordingNotifications()
  const errors: [string, unknown][] = []
  const handler = notifierHandler({
    notifications,
    stack: { stage: 'prod', flags: '--stage prod' },
    telemetry: { info: () => {}, error: (...line) => errors.push(line) },
  })
  const handle = (bodies: readonly string[]) =>
    handler({ Records: bodies.map((body, index) => sqsRecord(`m${index}`, body, 1, t0)) })
  return { notifications, errors, handle }
}

const failed = (...ids: readonly string[]) => ({
  batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })),
})

describe('notifierHandler', () => {
  test('sends one message for a batch of 200 failures', async () => {
    const { notifications, handle } = open()
    const bodies = Array.from({ length: 200 }, (_, number) => envelope(failedEvent(number)))
    expect(await handle(bodies)).toEqual(failed())
    expect(notifications.published.map(({ subject }) => subject)).toEqual([
      'DataZone runs (prod): 200 failed',
    ])
  })

  test('counts a repeated event once', async () => {
    const { notifications, handle } = open()
    expect(await handle([1, 2, 1].map((number) => envelope(failedEvent(number))))).toEqual(failed())
    expect(notifications.published.map(({ subject }) => subject)).toEqual(['DataZone runs (prod): 2 failed'])
  })

  test('returns only the events that it cannot read, and sends the others', async () => {
    const { notifications, errors, handle } = open()
    const unknown = JSON.stringify({ detail: { ...failedEvent(3), metadata: { id: 'x', version: 2 } } })
    expect(await handle(['no JSON', envelope(failedEvent(1)), unknown])).toEqual(failed('m0', 'm2'))
    expect(notifications.published).toHaveLength(1)
    expect(errors).toMatchObject(
      [
        [/Unreadable event/, { messageId: 'm0' }],
        [/Unreadable event/, { messageId: 'm2', problems: expect.arrayContaining([expect.any(String)]) }],
      ].map(([message, fields]) => [expect.stringMatching(message as RegExp), fields]),
    )
  })

  test('sends nothing for a batch that it cannot read', async () => {
    const { notifications, handle } = open()
    expect(await handle(['{}'])).toEqual(failed('m0'))
    expect(notifications.published).toEqual([])
  })

  test('returns the whole batch when the topic does not accept the message', async () => {
    const { notifications, errors, handle } = open()
    notifications.isDown = true
    expect(await handle([envelope(failedEvent(1)), envelope(failedEvent(2))])).toEqual(failed('m0', 'm1'))
    expect(errors).toEqual([
      ['Notification not sent', { reason: 'notification topic is unavailable: Error', records: 2 }],
    ])
  })
})
