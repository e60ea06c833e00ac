import { inner, number } from './check/items.ts'
import type { TableWrite } from './ports/run-store.ts'

/** From when until when a record was parked, due and to be canceled, and nothing wrote it. */
export interface DueSpan {
  readonly key: string
  readonly fromMs: number
  readonly untilMs: number
}

type Mode = { readonly mode: string; readonly fromMs: number }

const isOffWithin = (modes: readonly Mode[], { fromMs, untilMs }: DueSpan): boolean =>
  modes.some(
    ({ mode, fromMs: sinceMs }, index) =>
      mode === 'off' && sinceMs < untilMs && (modes[index + 1]?.fromMs ?? untilMs) > fromMs,
  )

/**
 * Finds, in the writes to the table, the records that had nothing to wait for: parked, due and to be canceled. Left out is
 * a span in which the mode was `off`, since the system does nothing then.
 */
export const dueCancels = (
  writes: readonly TableWrite[],
  modes: readonly Mode[],
  endMs: number,
): readonly DueSpan[] => {
  const spans: DueSpan[] = []
  const nextWriteMs = new Map<string, number>()
  for (const { atMs, key, item } of writes.toReversed()) {
    const untilMs = nextWriteMs.get(key) ?? endMs
    nextWriteMs.set(key, atMs)
    if (item?.['state'] !== 'PARKED' || inner(item, 'cancel')['requestId'] === undefined) continue
    const span = { key, fromMs: Math.max(atMs, number(item, 'retryAtMs')), untilMs }
    if (span.fromMs < untilMs && !isOffWithin(modes, span)) spans.push(span)
  }
  return spans
}
