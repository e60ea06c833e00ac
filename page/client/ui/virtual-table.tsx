import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'

/** A column of a table. */
export interface Column<Row> {
  readonly id: string
  readonly label: string
  /** A track of CSS grid. */
  readonly width: string
  readonly cell: (row: Row) => ComponentChildren
}

interface TableProps<Row> {
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  /** The key of the row that the keyboard is at. */
  readonly current?: string | undefined
  readonly rowHeight?: number
  readonly empty: ComponentChildren
}

const overscan = 8

/** A table that draws only the rows in view, so that any number of rows costs the same. */
export function VirtualTable<Row>(props: TableProps<Row>) {
  const { label, rows, columns, keyOf, current, rowHeight = 36, empty } = props
  const frame = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 800 })
  const template = columns.map(({ width }) => width).join(' ')
  const measure = () => {
    const element = frame.current
    if (element === null) return
    const below = window.innerHeight - element.getBoundingClientRect().top - window.scrollY
    const foot = window.innerWidth <= 860 ? 76 : 24
    const height = Math.max(260, Math.floor(below - foot))
    if (element.style.getPropertyValue('--frame') !== `${height}px`)
      element.style.setProperty('--frame', `${height}px`)
    if (view.height !== element.clientHeight)
      setView({ top: element.scrollTop, height: element.clientHeight })
  }
  // What stands above the table may have changed its height.
  useLayoutEffect(measure)
  useEffect(() => {
    addEventListener('resize', measure)
    return () => removeEventListener('resize', measure)
  })
  useEffect(() => {
    const at = current === undefined ? -1 : rows.findIndex((row) => keyOf(row) === current)
    const element = frame.current
    if (at < 0 || element === null) return
    const top = at * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    const bottom = top + 2 * rowHeight - element.clientHeight
    if (bottom > element.scrollTop) element.scrollTop = bottom
  }, [current])
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan)
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + overscan)
  return (
    <div
      class="table-frame"
      ref={frame}
      role="region"
      aria-label={label}
      tabIndex={0}
      onScroll={({ currentTarget }) =>
        setView({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })
      }
    >
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} aria-colcount={columns.length}>
        <div role="rowgroup">
          <div
            class="table-row table-head"
            role="row"
            aria-rowindex={1}
            style={{ gridTemplateColumns: template }}
          >
            {columns.map(({ id, label: name }) => (
              <div role="columnheader" class="clip" key={id}>
                {name}
              </div>
            ))}
          </div>
        </div>
        <div role="rowgroup" class="table-body" style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, last).map((row, offset) => (
            <div
              class="table-row"
              role="row"
              key={keyOf(row)}
              aria-rowindex={first + offset + 2}
              aria-current={keyOf(row) === current ? 'true' : undefined}
              style={{
                gridTemplateColumns: template,
                top: `${(first + offset) * rowHeight}px`,
                height: `${rowHeight}px`,
              }}
            >
              {columns.map(({ id, cell }) => (
                <div role="cell" class="clip" key={id}>
                  {cell(row)}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
      {rows.length === 0 && <div class="empty">{empty}</div>}
    </div>
  )
}
