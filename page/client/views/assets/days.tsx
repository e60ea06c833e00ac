import { useMemo } from 'preact/hooks'
import { useLive } from '../../live.ts'
import { type DayRow, daysOf } from '../../model/asset-cells.ts'
import { shortened, visible } from '../../model/format.ts'
import { lookOf } from '../../model/statuses.ts'
import { runHref } from '../../router.ts'
import { useNarrow } from '../../ui/narrow.ts'
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx'

const daysShown = 14
const daysOnPhone = 4
const dayMs = 86_400_000
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', timeZone: 'UTC' })

const dayColumns = (nowMs: number, shown: number): readonly Column<DayRow>[] => [
  {
    id: 'asset',
    label: 'Asset or data source',
    width: 'minmax(120px, 1fr)',
    cell: ({ target, href }) => <a href={runHref(href)}>{shortened(visible(target), 60)}</a>,
  },
  ...Array.from(
    { length: shown },
    (_, back): Column<DayRow> => ({
      id: String(back),
      label: back === 0 ? 'today' : shortDay.format(nowMs - back * dayMs),
      width: '36px',
      cell: ({ days }) => {
        const row = days[daysShown - 1 - back]
        if (row === undefined) return null
        const { tone, glyph, word } = lookOf(row.status)
        return (
          <a class={`glyph tone tone-${tone}`} href={runHref(row)} aria-label={word} title={word}>
            <span aria-hidden="true">{glyph}</span>
          </a>
        )
      },
    }),
  ),
]

/** The runs of the last days: a line for each asset or data source, a column for each day of UTC, the newest first. */
export const Days = () => {
  const { rows } = useLive('rows')
  const isNarrow = useNarrow()
  const lines = useMemo(() => daysOf(rows, daysShown, Date.now()), [rows])
  return (
    <VirtualTable
      label="Runs by day"
      rows={lines}
      columns={dayColumns(Date.now(), isNarrow ? daysOnPhone : daysShown)}
      keyOf={({ href }) => `${href.domainId}|${href.target}`}
      empty="No run in the last days."
    />
  )
}
