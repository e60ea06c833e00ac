import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { type AssetCell, isCovered, lookOfStanding } from '../../model/asset-cells.ts'
import { count, percent, shortened, visible } from '../../model/format.ts'
import { runHref } from '../../router.ts'

/** A project with more squares than this gets smaller ones, so that 3,000 assets fit on one screen. */
const manyCells = 1000

const square = (cell: AssetCell, tabIndex: number) => {
  const { asset, standing, row } = cell
  const { word, tone, glyph } = lookOfStanding(standing)
  const why = asset.skippedBy === undefined || standing !== 'SKIPPED' ? '' : ` (${visible(asset.skippedBy)})`
  const revision = asset.revision === undefined ? '' : `, revision ${visible(asset.revision)}`
  const words = `${shortened(visible(asset.name), 120)}: ${word.toLowerCase()}${why}${revision}`
  return (
    <a
      key={asset.assetId}
      class={`tone tone-${tone}`}
      href={runHref({
        domainId: asset.domainId,
        kind: 'asset',
        target: asset.assetId,
        ...(row === undefined ? {} : { record: row.record }),
      })}
      title={words}
      aria-label={words}
      tabIndex={tabIndex}
    >
      <span aria-hidden="true">{glyph}</span>
    </a>
  )
}

const isSame = (left: AssetCell, right: AssetCell): boolean =>
  left.asset === right.asset && left.standing === right.standing && left.row?.record === right.row?.record

/** A square for each cell. The square of an unchanged cell is reused, so that Preact skips it. */
const useSquares = (cells: readonly AssetCell[]): readonly VNode[] => {
  const kept = useRef(new Map<string, { cell: AssetCell; tabIndex: number; drawn: VNode }>())
  return cells.map((cell, at) => {
    // The Tab key stops once for the whole grid; the arrow keys move within it.
    const tabIndex = at === 0 ? 0 : -1
    const before = kept.current.get(cell.asset.assetId)
    if (before !== undefined && before.tabIndex === tabIndex && isSame(before.cell, cell)) return before.drawn
    const drawn = square(cell, tabIndex)
    kept.current.set(cell.asset.assetId, { cell, tabIndex, drawn })
    return drawn
  })
}

/** Moves the focus among the squares with the arrow keys, Home and End. */
const moveFocus = (event: KeyboardEvent): void => {
  const { currentTarget: grid, key } = event
  if (!(grid instanceof HTMLElement)) return
  const squares = [...grid.children].filter((child) => child instanceof HTMLElement)
  const focused = document.activeElement
  const at = focused instanceof HTMLElement ? squares.indexOf(focused) : -1
  if (at < 0) return
  const top = squares[0]?.offsetTop
  const perLine = Math.max(
    1,
    squares.findIndex((one) => one.offsetTop !== top),
  )
  const last = squares.length - 1
  const moves: Readonly<Record<string, number>> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    ArrowDown: at + perLine,
    ArrowUp: at - perLine,
    Home: 0,
    End: last,
  }
  const to = moves[key]
  if (to === undefined) return
  event.preventDefault()
  squares[Math.min(last, Math.max(0, to))]?.focus()
}

/** The assets of a project as squares, with how many of them are covered. */
export const ProjectCells = (props: {
  readonly name: string
  readonly cells: readonly AssetCell[]
  readonly chosen: string
}) => {
  const { name, cells, chosen } = props
  const covered = cells.filter(isCovered).length
  const shown = cells.filter(({ standing }) => chosen === '' || standing === chosen)
  const squares = useSquares(shown)
  if (shown.length === 0) return null
  return (
    <section class="card">
      <div class="card-head">
        <h2 class="clip">{visible(name)}</h2>
        <span class="end muted small nowrap">
          {count(covered)} of {count(cells.length)} covered ({percent(covered, cells.length)})
        </span>
      </div>
      <div class="bar tone tone-good" style={{ marginBottom: '10px' }}>
        <i style={{ width: `${(100 * covered) / cells.length}%` }} />
      </div>
      <div
        class={`cells ${cells.length > manyCells ? 'dense' : ''}`}
        role="group"
        aria-label={`Assets of ${visible(name)}: the arrow keys move`}
        onKeyDown={moveFocus}
      >
        {squares}
      </div>
    </section>
  )
}
