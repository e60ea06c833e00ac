import { useMemo, useState } from 'preact/hooks'
import type { RunRow } from '../../../shared/protocol.ts'
import { useLive } from '../../live.ts'
import { csvOf, jsonLinesOf } from '../../model/export-rows.ts'
import { type Filters, filterRows, filtersOf, queryOf } from '../../model/filters.ts'
import { count, localTime } from '../../model/format.ts'
import { go, runHref, setQuery, usePlace } from '../../router.ts'
import { saveFile } from '../../save-file.ts'
import { useNarrow } from '../../ui/narrow.ts'
import { useSelection } from '../../ui/use-selection.ts'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import { ColumnMenu, columnsKey, keptColumns } from './column-menu.tsx'
import { columns, narrowColumns } from './columns.tsx'
import { FilterBar } from './filter-bar.tsx'
import { type Older, useOlder, withOlder } from './use-older.ts'

const change = (next: Filters): void => setQuery({ ...queryOf(next) })

/** Since when the page holds all runs, and the button that reads older ones. */
const OlderButton = ({ older }: { readonly older: Older }) => {
  const { overview } = useLive('overview')
  const sinceMs = overview?.held.sinceMs
  return (
    <>
      <span class="muted small only-wide">
        {sinceMs === undefined
          ? 'held: the last seven days'
          : `held: all since ${localTime(sinceMs, Date.now())}`}
      </span>
      <button
        type="button"
        disabled={older.isEnd || older.isReading}
        title="Reads the 500 runs before the oldest one below, of the chosen statuses"
        onClick={() => void older.read()}
      >
        {older.isEnd ? 'No older runs' : older.isReading ? 'Reading …' : 'Read older'}
      </button>
    </>
  )
}

const Exports = ({ found }: { readonly found: readonly RunRow[] }) => (
  <>
    <button type="button" onClick={() => saveFile('runs.csv', 'text/csv', csvOf(found))}>
      CSV
    </button>
    <button type="button" onClick={() => saveFile('runs.jsonl', 'application/x-ndjson', jsonLinesOf(found))}>
      JSON lines
    </button>
  </>
)

/** The rows that the page holds and the older ones that were read, and which of them match. */
const useFound = () => {
  const live = useLive('rows', 'byKey')
  const { query } = usePlace()
  const filters = filtersOf(query)
  const older = useOlder(live.rows, filters.status)
  const rows = useMemo(() => withOlder(live.rows, live.byKey, older.rows), [live.rows, older.rows])
  const found = useMemo(() => filterRows(rows, filters, Date.now()), [rows, query.toString()])
  return { filters, rows, found, older }
}

const noRuns = 'No run is recorded yet. Publish an asset or send a request.'

/** The live table of runs. The address holds the whole filter. */
export const RunsView = () => {
  const { filters, rows, found, older } = useFound()
  const [chosen, setChosen] = useState(keptColumns)
  const isNarrow = useNarrow()
  const keyOf = ({ key }: RunRow): string => key
  const [current] = useSelection(found, keyOf, (row) => go(runHref(row)))
  const choose = (ids: readonly string[]) => {
    localStorage.setItem(columnsKey, ids.join(','))
    setChosen(ids)
  }
  return (
    <>
      <FilterBar filters={filters} onChange={change} rows={rows} />
      <div class="row" style={{ marginBottom: '8px' }}>
        <span class="muted" role="status">
          {count(found.length)} of {count(rows.length)} runs
        </span>
        <span style={{ marginLeft: 'auto' }} class="row">
          <OlderButton older={older} />
          <Exports found={found} />
          <ColumnMenu chosen={chosen} onChange={choose} />
        </span>
      </div>
      <VirtualTable
        label="Runs"
        rows={found}
        columns={isNarrow ? narrowColumns : columns.filter(({ id }) => chosen.includes(id))}
        keyOf={keyOf}
        current={current}
        rowHeight={isNarrow ? 54 : 36}
        empty={rows.length === 0 ? noRuns : 'No run matches. Clear a filter.'}
      />
    </>
  )
}
