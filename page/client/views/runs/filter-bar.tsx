import { useEffect, useMemo, useRef } from 'preact/hooks'
import type { RunRow } from '../../../shared/protocol.ts'
import { onKey } from '../../keyboard.ts'
import type { Filters } from '../../model/filters.ts'
import { Choice } from './choice.tsx'
import { facetsOf } from './facets.ts'
import { StatusChips } from './status-chips.tsx'

const spans = [
  ['', 'any time'],
  ['15m', '15 minutes'],
  ['1h', 'an hour'],
  ['1d', 'a day'],
  ['7d', 'a week'],
] as const

const listed = (value: string): readonly string[] => (value === '' ? [] : [value])

interface FilterBarProps {
  readonly filters: Filters
  readonly onChange: (filters: Filters) => void
  readonly rows: readonly RunRow[]
}

const Search = ({ filters, onChange }: FilterBarProps) => {
  const box = useRef<HTMLInputElement>(null)
  useEffect(() => onKey('/', () => box.current?.focus()), [])
  return (
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
  )
}

const Choices = ({ filters, onChange, rows }: FilterBarProps) => {
  const facets = useMemo(() => facetsOf(rows), [rows.length])
  const change = (part: Partial<Filters>) => onChange({ ...filters, ...part })
  return (
    <div class="choices">
      <Choice
        label="Reason"
        value={filters.reason[0] ?? ''}
        options={facets.reason}
        onChange={(reason) => change({ reason: listed(reason) })}
      />
      <Choice
        label="Type"
        value={filters.type[0] ?? ''}
        options={facets.type}
        onChange={(type) => change({ type: listed(type) })}
      />
      <Choice
        label="Project"
        value={filters.project}
        options={facets.project}
        onChange={(project) => change({ project })}
      />
      <Choice
        label="Changed within"
        value={filters.since}
        options={spans}
        onChange={(since) => change({ since })}
      />
      {facets.domain.length > 2 && (
        <Choice
          label="Domain"
          value={filters.domain}
          options={facets.domain}
          onChange={(domain) => change({ domain })}
        />
      )}
    </div>
  )
}

/** The search, the selects and the statuses that filter the table. */
export const FilterBar = (props: FilterBarProps) => (
  <div class="stack" style={{ gap: '8px', marginBottom: '10px' }}>
    <div class="row" style={{ alignItems: 'end' }}>
      <Search {...props} />
      <Choices {...props} />
    </div>
    <StatusChips {...props} />
  </div>
)
