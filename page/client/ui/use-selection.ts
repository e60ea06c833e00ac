import { useEffect, useRef, useState } from 'preact/hooks'
import { onKey } from '../keyboard.ts'

/**
 * The row that the keyboard selected: `j` and `k` move the selection, Enter opens the row. A key sees the newest rows and
 * selection even when it comes before the page has rendered the last one.
 */
export const useSelection = <Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  open?: (row: Row) => void,
): readonly [current: string | undefined, select: (key: string | undefined) => void] => {
  const [current, setCurrent] = useState<string>()
  const latest = useRef({ rows, current, open })
  latest.current = { rows, current, open }
  const select = (key: string | undefined) => {
    latest.current.current = key
    setCurrent(key)
  }
  useEffect(() => {
    const at = () => latest.current.rows.findIndex((row) => keyOf(row) === latest.current.current)
    const step = (by: number) => () => {
      const last = latest.current.rows.length - 1
      const row = latest.current.rows[Math.min(last, Math.max(0, at() + by))]
      select(row === undefined ? undefined : keyOf(row))
    }
    const enter = () => {
      const row = latest.current.rows[at()]
      if (row !== undefined) latest.current.open?.(row)
    }
    const stops = [onKey('j', step(1)), onKey('k', step(-1)), onKey('Enter', enter)]
    return () => {
      for (const stop of stops) stop()
    }
  }, [])
  return [current, select]
}
