import { setTimeout as delay } from 'node:timers/promises'

/** Short, because most conditions hold within a few milliseconds. */
const pauseMs = 10

/** Repeats an assertion until it passes. Fails with its last error after the deadline. */
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
