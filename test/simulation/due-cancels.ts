import { inner, number } from './check/items.ts'
import type { TableWrite } from './ports/run-store.ts'

/** A span in which a record was parked, due and to be canceled, and was not written. */
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
 * Finds, in the writes of the table, the spans in which a record was parked, due and to be canceled, so that it had nothing
 * to wait for. Spans in which the mode was `off` are left out, because the system does nothing then.
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
