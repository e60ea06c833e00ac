import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { useViewport } from './use-viewport.ts'

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
  /** The key of the selected row. */
  readonly current?: string | undefined
  readonly rowHeight?: number
  readonly empty: ComponentChildren
}

const overscan = 8

/** Scrolls just far enough to show the current row below the head. */
function useScrollTo<Row>(
  frame: RefObject<HTMLElement | null>,
  props: TableProps<Row>,
  rowHeight: number,
): void {
  const { rows, keyOf, current } = props
  useEffect(() => {
    const at = current === undefined ? -1 : rows.findIndex((row) => keyOf(row) === current)
    const element = frame.current
    if (at < 0 || element === null) return
    const top = at * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    const bottom = top + 2 * rowHeight - element.clientHeight
    if (bottom > element.scrollTop) element.scrollTop = bottom
  }, [current])
}

const templateOf = (columns: readonly { readonly width: string }[]): string =>
  columns.map(({ width }) => width).join(' ')

function Head<Row>({ columns }: Pick<TableProps<Row>, 'columns'>) {
  return (
    <div role="rowgroup">
      <div
        class="table-row table-head"
        role="row"
        aria-rowindex={1}
        style={{ gridTemplateColumns: templateOf(columns) }}
      >
        {columns.map(({ id, label }) => (
          <div role="columnheader" class="clip" key={id}>
            {label}
          </div>
        ))}
      </div>
    </div>
  )
}

interface LineProps<Row> extends Pick<TableProps<Row>, 'columns'> {
  readonly row: Row
  readonly at: number
  readonly rowHeight: number
  readonly isCurrent: boolean
}

function Line<Row>({ row, at, columns, rowHeight, isCurrent }: LineProps<Row>) {
  return (
    <div
      class="table-row"
      role="row"
      aria-rowindex={at + 2}
      aria-current={isCurrent ? 'true' : undefined}
      style={{
        gridTemplateColumns: templateOf(columns),
        // A transform moves the row without a new layout.
        transform: `translateY(${at * rowHeight}px)`,
        height: `${rowHeight}px`,
      }}
    >
      {columns.map(({ id, cell }) => (
        <div role="cell" class="clip" key={id}>
          {cell(row)}
        </div>
      ))}
    </div>
  )
}

/** A table that renders only the rows in view, so that its cost does not depend on their number. */
export function VirtualTable<Row>(props: TableProps<Row>) {
  const { label, rows, columns, keyOf, current, rowHeight = 36, empty } = props
  const frame = useRef<HTMLDivElement>(null)
  const [view, onScroll] = useViewport(frame)
  useScrollTo(frame, props, rowHeight)
  const first = Math.max(0, Math.floor(view.top / rowHeight) - overscan)
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + overscan)
  return (
    <div class="table-frame" ref={frame} role="region" aria-label={label} tabIndex={0} onScroll={onScroll}>
      <div role="table" aria-label={label} aria-rowcount={rows.length + 1} aria-colcount={columns.length}>
        <Head columns={columns} />
        <div role="rowgroup" class="table-body" style={{ height: `${rows.length * rowHeight}px` }}>
          {rows.slice(first, last).map((row, offset) => (
            <Line
              key={keyOf(row)}
              row={row}
              at={first + offset}
              columns={columns}
              rowHeight={rowHeight}
              isCurrent={keyOf(row) === current}
            />
          ))}
        </div>
      </div>
      {rows.length === 0 && <div class="empty">{empty}</div>}
    </div>
  )
}
