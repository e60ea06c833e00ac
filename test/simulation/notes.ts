import type { HistoryLine } from './ports/process.ts'

/** The kinds of history lines that report a fault of a call. */
const faultsOfCalls: ReadonlySet<HistoryLine['what']> = new Set([
  'crash-before',
  'crash-after',
  'fail-before',
  'fail-after',
  'resend',
  'gives-up',
])

/** Counts the faults of a world by kind, and keeps its history. */
export const startNotes = (keepHistory: boolean, onAccident: (line: HistoryLine) => void) => {
  const faults: Record<string, number> = {}
  const history: HistoryLine[] = []
  let crashes = 0
  const count = (kind: string) => {
    faults[kind] = (faults[kind] ?? 0) + 1
  }
  const note = (line: HistoryLine) => {
    const isFault = faultsOfCalls.has(line.what)
    if (line.what === 'dies') crashes += 1
    if (isFault) count(line.what)
    if (line.what === 'dies' && line.name === 'timed out') count('timeout')
    if (isFault || line.what === 'dies') onAccident(line)
    if (keepHistory) history.push(line)
  }
  return { faults, history, count, note, crashes: () => crashes }
}
