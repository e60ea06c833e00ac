import type { Notification } from '../contracts/notification.ts'

/** Sends messages to people. */
export interface Notifications {
  /** @throws PortUnavailable when the topic does not accept the message */
  publish(notification: Notification): Promise<void>
}
