import type { Notification } from '../../lib/contracts/notification.ts'
import { PortUnavailable } from '../../lib/errors.ts'
import type { Notifications } from '../../lib/ports/notifications.ts'

export interface RecordingNotifications extends Notifications {
  /** The notifications that the topic accepted. */
  readonly published: Notification[]
  isDown: boolean
}

export const recordingNotifications = (): RecordingNotifications => {
  const topic: RecordingNotifications = {
    published: [],
    isDown: false,
    async publish(notification) {
      if (topic.isDown) throw new PortUnavailable('notification topic', new Error('down for a test'))
      topic.published.push(notification)
    },
  }
  return topic
}
