import { printable, terminalColumns } from './terminal.ts'

const gap = 2
/** A column is never narrower than this, so that its values stay recognizable. */
const narrowest = 6

/** Free text is narrowed to this before any other column is. */
const narrowestProse = 8

/** Narrows the columns of free text, then the widest ones, until a row fits the terminal. */
const fitted = (
  widths: readonly number[],
  prose: readonly number[],
  available: number,
): readonly number[] => {
  const fit = [...widths]
  const total = () => fit.reduce((sum, width) => sum + width, gap * (fit.length - 1))
  for (const column of prose) {
    const width = fit[column] ?? 0
    fit[column] = Math.max(Math.min(width, narrowestProse), width - Math.max(0, total() - available))
  }
  while (total() > available) {
    const widest = Math.max(...fit)
    if (widest <= narrowest) break
    fit[fit.indexOf(widest)] = widest - 1
  }
  return fit
}

const cut = (text: string, width: number): string =>
  text.length > width ? `${text.slice(0, width - 1)}…` : text

const frame = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'].map(
    (name) => [name, ''],
  ),
)
const lines = {
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(gap),
}

/**
 * Draws a table without frames. On a terminal it is as wide as the terminal at most; piped, nothing is cut.
 * @param prose places of the columns that hold free text
 */
export const drawTable = async (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  prose: readonly number[] = [],
): Promise<string> => {
  const { default: Table } = await import('cli-table3')
  const cells = [head.map((name) => name.toUpperCase()), ...rows.map((row) => row.map(printable))]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  const fit = fitted(widths, prose, terminalColumns() ?? Number.POSITIVE_INFINITY)
  const drawn = new Table({
    chars: { ...frame, ...lines },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  drawn.push(...cells.map((row) => row.map((text, column) => cut(text, fit[column] ?? text.length))))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
