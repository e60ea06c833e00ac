import type { RunRow } from '../../../shared/protocol.ts'
import { duration, shortened, typeName, visible } from '../../model/format.ts'
import { reasonWord } from '../../model/statuses.ts'
import { runHref } from '../../router.ts'
import { Status } from '../../ui/status.tsx'
import { Ago } from '../../ui/time.tsx'
import type { Column } from '../../ui/virtual-table.tsx'

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

export const columns: readonly Column<RunRow>[] = [
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
    cell: (row) => (
      <span class="muted" title={visible(row.projectId)}>
        {visible(row.projectName ?? row.projectId)}
      </span>
    ),
  },
  {
    id: 'domain',
    label: 'Domain',
    width: '150px',
    cell: (row) => <span class="muted">{visible(row.domainId)}</span>,
  },
]
export const usual = ['status', 'asset', 'why', 'revision', 'types', 'attempt', 'took', 'changed']

export const narrowColumns: readonly Column<RunRow>[] = [
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
