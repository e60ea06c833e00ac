import type { VirtualTime } from './ports/clock.ts'
import type { SimulatedTable } from './ports/run-store.ts'

const everyMs = 60_000

const inner = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/**
 * Looks at the table each minute for what is parked, due and to be cancelled: a sweep has nothing to wait for. At the end
 * it could not be seen any more. Answers for how long each record was, at most, by its key; in mode `off` nobody asks.
 */
export const watchCancels = (
  time: VirtualTime,
  table: SimulatedTable,
  isOff: () => boolean,
  untilMs: number,
): ReadonlyMap<string, number> => {
  const since = new Map<string, number>()
  const longest = new Map<string, number>()
  const look = () => {
    const nowMs = time.now()
    for (const item of table.items()) {
      const key = `${item['pk']} ${item['sk']}`
      const isAsked = inner(item['cancel'])['requestId'] !== undefined
      const isDue = item['state'] === 'PARKED' && Number(item['retryAtMs']) <= nowMs
      if (!isAsked || !isDue || isOff()) {
        since.delete(key)
        continue
      }
      const fromMs = since.get(key) ?? nowMs
      since.set(key, fromMs)
      longest.set(key, Math.max(longest.get(key) ?? 0, nowMs - fromMs))
    }
    if (nowMs < untilMs) time.at(nowMs + everyMs, look)
  }
  look()
  return longest
}
