import { useMemo, useState } from 'preact/hooks'
import { useLive } from '../../live.ts'
import { csvOf, jsonLinesOf } from '../../model/export-rows.ts'
import { type Filters, filterRows, filtersOf, queryOf } from '../../model/filters.ts'
import { count } from '../../model/format.ts'
import { go, runHref, setQuery, usePlace } from '../../router.ts'
import { saveFile } from '../../save-file.ts'
import { useNarrow } from '../../ui/narrow.ts'
import { useSelection } from '../../ui/use-selection.ts'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import { ColumnMenu, columnsKey, keptColumns } from './column-menu.tsx'
import { columns, narrowColumns } from './columns.tsx'
import { FilterBar } from './filter-bar.tsx'

/** The live table of runs. The whole filter is in the address. */
export const RunsView = () => {
  const { rows } = useLive('rows')
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
