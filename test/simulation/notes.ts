import type { HistoryLine } from './ports/process.ts'

/** The lines of a history that say what went wrong with a call. */
const faultsOfCalls: ReadonlySet<HistoryLine['what']> = new Set([
  'crash-before',
  'crash-after',
  'fail-before',
  'fail-after',
  'resend',
  'gives-up',
])

/** Faults of a world by kind, and its history. */
export const startNotes = (keepHistory: boolean, accident: (line: HistoryLine) => void) => {
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
    if (line.what === 'dies' && line.name === 'timed out') count('time-out')
    if (isFault || line.what === 'dies') accident(line)
    if (keepHistory) history.push(line)
  }
  return { faults, history, count, note, crashes: () => crashes }
}
