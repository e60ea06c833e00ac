import { useMemo } from 'preact/hooks'
import { useLive } from '../../live.ts'
import { type DayRow, daysOf } from '../../model/asset-cells.ts'
import { shortened, visible } from '../../model/format.ts'
import { lookOf } from '../../model/statuses.ts'
import { runHref } from '../../router.ts'
import { type Column, VirtualTable } from '../../ui/virtual-table.tsx'

const daysShown = 14
const shortDay = new Intl.DateTimeFormat(undefined, { day: 'numeric', timeZone: 'UTC' })

const dayColumns = (nowMs: number): readonly Column<DayRow>[] => [
  {
    id: 'asset',
    label: 'Asset or data source',
    width: 'minmax(150px, 260px)',
    cell: ({ target, href }) => <a href={runHref(href)}>{shortened(visible(target), 60)}</a>,
  },
  ...Array.from(
    { length: daysShown },
    (_, at): Column<DayRow> => ({
      id: String(at),
      label: shortDay.format(nowMs - (daysShown - 1 - at) * 86_400_000),
      width: '22px',
      cell: ({ days }) => {
        const row = days[at]
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

/** The runs of the last days: a line for each asset or data source, a column for each day. */
export const Days = () => {
  const { rows } = useLive('rows')
  const lines = useMemo(() => daysOf(rows, daysShown, Date.now()), [rows])
  return (
    <VirtualTable
      label="Runs by day"
      rows={lines}
      columns={dayColumns(Date.now())}
      keyOf={({ href }) => `${href.domainId}|${href.target}`}
      empty="No run in the last days."
    />
  )
}
