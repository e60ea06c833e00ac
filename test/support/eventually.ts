import { setTimeout as delay } from 'node:timers/promises'

/** Between two tries; short, since most conditions hold within a few milliseconds. */
const pauseMs = 10

/** Runs an assertion again and again until it passes, and fails with its last error once the deadline is over. */
export async function eventually<T>(
  assertion: () => T | Promise<T>,
  { deadlineMs = 30_000 }: { readonly deadlineMs?: number } = {},
): Promise<T> {
  const endsAtMs = Date.now() + deadlineMs
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (Date.now() >= endsAtMs) throw error
      await delay(pauseMs)
    }
  }
}
