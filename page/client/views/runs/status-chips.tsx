import { useMemo } from 'preact/hooks'
import type { RunRow } from '../../../shared/protocol.ts'
import { type Filters, noFilters } from '../../model/filters.ts'
import { count } from '../../model/format.ts'
import { allStatuses, lookOf } from '../../model/statuses.ts'
import { tally } from './facets.ts'
import { toggled } from './toggled.ts'

interface ChipsProps {
  readonly rows: readonly RunRow[]
  readonly filters: Filters
  readonly onChange: (filters: Filters) => void
}

/** A button for each status that a run has, with the number of its runs. */
export const StatusChips = ({ rows, filters, onChange }: ChipsProps) => {
  const counts = useMemo(() => tally(rows.map(({ status }) => status)), [rows])
  const known = [...allStatuses, ...[...counts.keys()].filter((status) => !allStatuses.includes(status))]
  const shown = known.filter((status) => counts.has(status) || filters.status.includes(status))
  return (
    <div class="chips" role="group" aria-label="Filter by status">
      {shown.map((status) => {
        const { word, glyph, tone } = lookOf(status)
        return (
          <button
            type="button"
            key={status}
            class={`tone tone-${tone}`}
            aria-pressed={filters.status.includes(status)}
            onClick={() => onChange({ ...filters, status: toggled(filters.status, status) })}
          >
            <span class="glyph" aria-hidden="true">
              {glyph}
            </span>
            {word} <span class="count">{count(counts.get(status) ?? 0)}</span>
          </button>
        )
      })}
      {JSON.stringify(filters) !== JSON.stringify(noFilters) && (
        <button type="button" class="plain" onClick={() => onChange(noFilters)}>
          Clear filters
        </button>
      )}
    </div>
  )
}
