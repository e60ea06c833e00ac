import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { notificationOf } from '../../lib/contracts/notification.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { Notifications } from '../../lib/ports/notifications.ts'
import { failedEvent } from '../support/ending-events.ts'

/** A topic under test. It has received no message. */
export interface OpenNotifications {
  readonly notifications: Notifications
  /** The chat message of each notification that a subscriber has received. */
  received(): Promise<readonly unknown[]>
  /** Makes the topic refuse every message. */
  breakDown(): Promise<void>
  close(): Promise<void>
}

const stack = { stage: 'prod', flags: '--stage prod' }

/** The contract that all Notifications keep. */
export const notificationsContract = (name: string, open: () => Promise<OpenNotifications>): void => {
  describe(`Notifications: ${name}`, () => {
    let opened: OpenNotifications
    beforeEach(async () => {
      opened = await open()
    })
    afterEach(() => opened?.close())

    test('delivers a custom notification in the format of chat services', async () => {
      const sent = notificationOf([failedEvent(1)], stack)
      await opened.notifications.publish(sent)
      expect(await opened.received()).toEqual([sent.chat])
    })

    test('delivers the largest message', async () => {
      const message = '\u{1F9E8}"'.repeat(1000)
      const events = Array.from({ length: 1000 }, (_, number) =>
        failedEvent(number, { error: { name: 'Long', message } }),
      )
      const sent = notificationOf(events, stack)
      await opened.notifications.publish(sent)
      expect(await opened.received()).toEqual([sent.chat])
    })

    test('throws PortUnavailable when the topic refuses', async () => {
      await opened.breakDown()
      await expect(opened.notifications.publish(notificationOf([failedEvent(1)], stack))).rejects.toThrow(
        PortUnavailable,
      )
    })
  })
}
