import type { RunStore, UnreadableRecord } from '../../lib/ports/run-store.ts'

const unreadable = (count: number): readonly UnreadableRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    key: { partition: `ASSET#unreadable${index + 1}`, record: 'RUN' },
    isNewer: false,
    problem: 'has no state',
  }))

/** Returns a store that also shows this number of unreadable records among its due and its waiting records. */
export const withUnreadable = (
  store: RunStore,
  { due, waiting }: { readonly due: number; readonly waiting: number },
): RunStore => ({
  ...store,
  async *due(nowMs) {
    yield* store.due(nowMs)
    yield { runs: [], unreadable: unreadable(due) }
  },
  async *waiting(nowMs) {
    yield* store.waiting(nowMs)
    yield { runs: [], unreadable: unreadable(waiting) }
  },
})
