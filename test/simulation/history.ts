import type { HistoryLine } from './ports/process.ts'

/** Returns a history as text, with a line for each thing that happened, in order. */
export const readable = (history: readonly HistoryLine[]): string =>
  history
    .map(({ atMs, process, what, name, about }) =>
      [new Date(atMs).toISOString().slice(8, 23), process.padEnd(12), what.padEnd(12), name, about]
        .join(' ')
        .trimEnd(),
    )
    .join('\n')
