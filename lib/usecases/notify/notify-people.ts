import { type NotifiedStack, notificationOf } from '../../contracts/notification.ts'
import { parseNotifiedEvent } from '../../contracts/notified-event.ts'
import type { RunEventDetail } from '../../contracts/run-event.ts'
import type { Notifications } from '../../ports/notifications.ts'

export interface NotifyContext {
  readonly notifications: Notifications
  readonly stack: NotifiedStack
}

export interface NotifyReport {
  /** How many different events the notification covers; 0 where none was sent. */
  readonly notified: number
  /** The bodies that cannot be read, by index, each with its problems. */
  readonly unreadable: readonly { readonly index: number; readonly problems: readonly string[] }[]
}

/**
 * Sends one notification about all events of a batch. A repeat of an event is left out (P4).
 * @throws PortUnavailable when the topic does not accept it
 */
export const notifyPeople = async (
  bodies: readonly string[],
  { notifications, stack }: NotifyContext,
): Promise<NotifyReport> => {
  const events = new Map<string, RunEventDetail>()
  const unreadable: { index: number; problems: readonly string[] }[] = []
  for (const [index, body] of bodies.entries()) {
    const parsed = parseNotifiedEvent(body)
    if (parsed.ok) events.set(parsed.value.metadata.id, parsed.value)
    else unreadable.push({ index, problems: parsed.problems })
  }
  if (events.size > 0) await notifications.publish(notificationOf([...events.values()], stack))
  return { notified: events.size, unreadable }
}
