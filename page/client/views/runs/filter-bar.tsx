import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { RunRow } from '../../../shared/protocol.ts'
import { onKey } from '../../keyboard.ts'
import { type Filters, noFilters } from '../../model/filters.ts'
import { count, typeName } from '../../model/format.ts'
import { allStatuses, lookOf, reasonWord } from '../../model/statuses.ts'
import { Choice } from './choice.tsx'
import { optionsOf, tally } from './facets.ts'
import { toggled } from './toggled.ts'

const spans = [
  ['', 'any time'],
  ['15m', '15 minutes'],
  ['1h', 'an hour'],
  ['1d', 'a day'],
  ['7d', 'a week'],
] as const

export const FilterBar = ({
  filters,
  onChange,
  rows,
}: {
  readonly filters: Filters
  readonly onChange: (filters: Filters) => void
  readonly rows: readonly RunRow[]
}) => {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => onKey('/', () => box.current?.focus()), [])
  const statuses = useMemo(() => tally(rows, ({ status }) => status), [rows])
  const facets = useMemo(
    () => ({
      reason: optionsOf(
        tally(rows, ({ reason }) => reason),
        'any reason',
        reasonWord,
      ),
      type: optionsOf(
        tally(
          rows.flatMap((row) => row.types.map((type) => ({ ...row, record: type }))),
          ({ record }) => record,
        ),
        'any type',
        typeName,
      ),
      domain: optionsOf(
        tally(rows, ({ domainId }) => domainId),
        'any domain',
      ),
      project: optionsOf(
        tally(rows, ({ projectId }) => projectId),
        'any project',
      ),
    }),
    [rows.length],
  )
  const known = [...allStatuses, ...[...statuses.keys()].filter((status) => !allStatuses.includes(status))]
  const shown = known.filter((status) => statuses.has(status) || filters.status.includes(status))
  return (
    <div class="stack" style={{ gap: '8px', marginBottom: '10px' }}>
      <div class="row" style={{ alignItems: 'end' }}>
        <label class="field search">
          <span>
            Search name, id, run or error <kbd class="only-wide">/</kbd>
          </span>
          <input
            ref={box}
            type="search"
            value={filters.text}
            onInput={({ currentTarget }) => onChange({ ...filters, text: currentTarget.value })}
          />
        </label>
        <Choice
          label="Reason"
          value={filters.reason[0] ?? ''}
          options={facets.reason}
          onChange={(value) => onChange({ ...filters, reason: value === '' ? [] : [value] })}
        />
        <Choice
          label="Type"
          value={filters.type[0] ?? ''}
          options={facets.type}
          onChange={(value) => onChange({ ...filters, type: value === '' ? [] : [value] })}
        />
        {facets.domain.length > 2 && (
          <Choice
            label="Domain"
            value={filters.domain}
            options={facets.domain}
            onChange={(domain) => onChange({ ...filters, domain })}
          />
        )}
        <Choice
          label="Project"
          value={filters.project}
          options={facets.project}
          onChange={(project) => onChange({ ...filters, project })}
        />
        <Choice
          label="Changed within"
          value={filters.since}
          options={spans}
          onChange={(since) => onChange({ ...filters, since })}
        />
      </div>
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
              {word} <span class="count">{count(statuses.get(status) ?? 0)}</span>
            </button>
          )
        })}
        {JSON.stringify(filters) !== JSON.stringify(noFilters) && (
          <button type="button" class="plain" onClick={() => onChange(noFilters)}>
            Clear filters
          </button>
        )}
      </div>
    </div>
  )
}
