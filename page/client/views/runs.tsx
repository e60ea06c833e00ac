import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { RunRow } from '../../shared/protocol.ts'
import { onKey } from '../keyboard.ts'
import { useLive } from '../live.ts'
import { csvOf, jsonLinesOf } from '../model/export-rows.ts'
import { type Filters, filterRows, filtersOf, noFilters, queryOf } from '../model/filters.ts'
import { count, duration, shortened, typeName, visible } from '../model/format.ts'
import { allStatuses, lookOf, reasonWord } from '../model/statuses.ts'
import { go, runHref, setQuery, usePlace } from '../router.ts'
import { saveFile } from '../save-file.ts'
import { useNarrow } from '../ui/narrow.ts'
import { Status } from '../ui/status.tsx'
import { Ago } from '../ui/time.tsx'
import { useSelection } from '../ui/use-selection.ts'
import { type Column, VirtualTable } from '../ui/virtual-table.tsx'

const longestName = 80

const nameCell = (row: RunRow) => (
  <a
    href={runHref(row)}
    title={shortened(visible(row.name === undefined ? row.target : `${row.name} (${row.target})`), 300)}
  >
    {shortened(visible(row.name ?? row.target), longestName)}
  </a>
)

const why = (row: RunRow): string => row.error ?? (row.reason === undefined ? '' : reasonWord(row.reason))

const columns: readonly Column<RunRow>[] = [
  { id: 'status', label: 'Status', width: '116px', cell: (row) => <Status status={row.status} /> },
  { id: 'asset', label: 'Asset or data source', width: 'minmax(170px, 1.4fr)', cell: nameCell },
  {
    id: 'why',
    label: 'Why',
    width: 'minmax(120px, 1.6fr)',
    cell: (row) => (
      <span class="muted" title={shortened(visible(why(row)), 400)}>
        {shortened(visible(why(row)), 120)}
      </span>
    ),
  },
  { id: 'revision', label: 'Revision', width: '76px', cell: (row) => visible(row.revision ?? '') },
  {
    id: 'types',
    label: 'Types',
    width: 'minmax(110px, 0.8fr)',
    cell: (row) => row.types.map(typeName).join(' + '),
  },
  { id: 'attempt', label: 'Attempt', width: '62px', cell: (row) => row.attempt },
  {
    id: 'took',
    label: 'Took',
    width: '72px',
    cell: (row) =>
      row.startedAtMs === undefined || row.detectedAtMs === undefined
        ? ''
        : duration(row.detectedAtMs - row.startedAtMs),
  },
  {
    id: 'changed',
    label: 'Changed',
    width: '84px',
    cell: (row) => (
      <span class="muted">
        <Ago atMs={row.updatedAtMs} />
      </span>
    ),
  },
  {
    id: 'run',
    label: 'Run',
    width: '130px',
    cell: (row) => <span class="mono muted">{visible(row.runId ?? '')}</span>,
  },
  {
    id: 'project',
    label: 'Project',
    width: '130px',
    cell: (row) => <span class="muted">{visible(row.projectId)}</span>,
  },
  {
    id: 'domain',
    label: 'Domain',
    width: '150px',
    cell: (row) => <span class="muted">{visible(row.domainId)}</span>,
  },
]
const usual = ['status', 'asset', 'why', 'revision', 'types', 'attempt', 'took', 'changed']

const narrowColumns: readonly Column<RunRow>[] = [
  {
    id: 'run',
    label: 'Run',
    width: 'minmax(0, 1fr)',
    cell: (row) => (
      <>
        <div class="clip">{nameCell(row)}</div>
        <div class="clip small muted">
          {shortened(visible(why(row)), 90) || row.types.map(typeName).join(' + ')}
        </div>
      </>
    ),
  },
  {
    id: 'status',
    label: 'Status',
    width: '112px',
    cell: (row) => (
      <>
        <Status status={row.status} />
        <div class="small muted">
          <Ago atMs={row.updatedAtMs} />
        </div>
      </>
    ),
  },
]

const spans = [
  ['', 'any time'],
  ['15m', '15 minutes'],
  ['1h', 'an hour'],
  ['1d', 'a day'],
  ['7d', 'a week'],
] as const

const toggled = (list: readonly string[], value: string): readonly string[] =>
  list.includes(value) ? list.filter((one) => one !== value) : [...list, value]

const tally = (
  rows: readonly RunRow[],
  of: (row: RunRow) => string | undefined,
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const row of rows) {
    const value = of(row)
    if (value !== undefined && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return counts
}

const Choice = (props: {
  readonly label: string
  readonly value: string
  readonly options: readonly (readonly [string, string])[]
  readonly onChange: (value: string) => void
}) => (
  <label class="field">
    <span>{props.label}</span>
    <select value={props.value} onChange={({ currentTarget }) => props.onChange(currentTarget.value)}>
      {props.options.map(([value, text]) => (
        <option value={value} key={value}>
          {text}
        </option>
      ))}
    </select>
  </label>
)

const optionsOf = (counts: ReadonlyMap<string, number>, all: string, word = (value: string) => value) => [
  ['', all] as const,
  ...[...counts.keys()].toSorted().map((value) => [value, shortened(visible(word(value)), 60)] as const),
]

const FilterBar = ({
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

const columnsKey = 'columns'
const keptColumns = (): readonly string[] => localStorage.getItem(columnsKey)?.split(',') ?? usual

const ColumnMenu = ({
  chosen,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly onChange: (ids: readonly string[]) => void
}) => (
  <details class="popover only-wide">
    <summary class="button">Columns</summary>
    <div role="group" aria-label="Columns">
      {columns.map(({ id, label }) => (
        <label class="check" key={id}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            disabled={id === 'asset'}
            onChange={() => onChange(toggled(chosen, id))}
          />
          {label}
        </label>
      ))}
    </div>
  </details>
)

/** The live table of runs. The whole filter is in the address. */
export const RunsView = () => {
  const { rows } = useLive()
  const { query } = usePlace()
  const filters = filtersOf(query)
  const [chosen, setChosen] = useState(keptColumns)
  const isNarrow = useNarrow()
  const text = query.toString()
  const found = useMemo(() => filterRows(rows, filters, Date.now()), [rows, text])
  const change = (next: Filters) => setQuery({ ...queryOf(next) })
  const [current] = useSelection(
    found,
    ({ key }) => key,
    (row) => go(runHref(row)),
  )
  return (
    <>
      <FilterBar filters={filters} onChange={change} rows={rows} />
      <div class="row" style={{ marginBottom: '8px' }}>
        <span class="muted" role="status">
          {count(found.length)} of {count(rows.length)} runs
        </span>
        <span style={{ marginLeft: 'auto' }} class="row">
          <button type="button" onClick={() => saveFile('runs.csv', 'text/csv', csvOf(found))}>
            CSV
          </button>
          <button
            type="button"
            onClick={() => saveFile('runs.jsonl', 'application/x-ndjson', jsonLinesOf(found))}
          >
            JSON lines
          </button>
          <ColumnMenu
            chosen={chosen}
            onChange={(ids) => {
              localStorage.setItem(columnsKey, ids.join(','))
              setChosen(ids)
            }}
          />
        </span>
      </div>
      <VirtualTable
        label="Runs"
        rows={found}
        columns={isNarrow ? narrowColumns : columns.filter(({ id }) => chosen.includes(id))}
        keyOf={({ key }) => key}
        current={current}
        rowHeight={isNarrow ? 54 : 36}
        empty={
          rows.length === 0
            ? 'No run is recorded yet. Publish an asset or send a request.'
            : 'No run matches. Clear a filter.'
        }
      />
    </>
  )
}
