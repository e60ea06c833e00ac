/** The longest line, in characters. */
const lineWidth = 100

/** A text and the width of its column. */
export type Cell = readonly [text: string, width: number]

/** Joins a time, columns of fixed widths and a last text. Cuts a text that is too long and ends it with an ellipsis. */
export function columns(time: string, cells: readonly Cell[], last: string): string {
  const padded = cells.map(([text, width]) => cut(oneLine(text), width).padEnd(width))
  return cut([time, ...padded, oneLine(last)].join(' ').trimEnd(), lineWidth)
}

function oneLine(text: string): string {
  return text.replaceAll(/[\n\r\t]+/g, ' ')
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`
}

/** Returns the seconds since `sinceMs`, a reading of `performance.now()`, padded for the start of a line. */
export function elapsed(sinceMs: number): string {
  return `${((performance.now() - sinceMs) / 1000).toFixed(1)}s`.padStart(8)
}
