import type { VirtualTime } from './ports/clock.ts'
import type { SimulatedTable } from './ports/run-store.ts'

const everyMs = 60_000

/** For so long a record was parked, due and to be cancelled, at least, and nobody wrote it. */
export interface DueSpan {
  readonly key: string
  readonly fromMs: number
  readonly untilMs: number
}

const inner = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/**
 * Looks at the table each minute for what is parked, due and to be cancelled: a sweep has nothing to wait for. At the end
 * it could not be seen any more. In mode `off` nobody asks. Between two looks it may have been released, and parked again
 * by a clock that is behind: only its version tells.
 */
export const watchCancels = (
  time: VirtualTime,
  table: SimulatedTable,
  isOff: () => boolean,
  untilMs: number,
): readonly DueSpan[] => {
  const since = new Map<string, { readonly version: unknown; readonly fromMs: number }>()
  const spans: DueSpan[] = []
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
      const version = item['version']
      const before = since.get(key)
      const fromMs = before !== undefined && before.version === version ? before.fromMs : nowMs
      since.set(key, { version, fromMs })
      if (fromMs < nowMs) spans.push({ key, fromMs, untilMs: nowMs })
    }
    if (nowMs < untilMs) time.at(nowMs + everyMs, look)
  }
  look()
  return spans
}
