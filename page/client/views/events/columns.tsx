import type { EventLine } from '../../../shared/protocol.ts'
import { shortened, visible } from '../../model/format.ts'
import { Ago } from '../../ui/time.tsx'
import type { Column } from '../../ui/virtual-table.tsx'
import { link, What } from './event-words.tsx'

const whenColumn: Column<EventLine> = {
  id: 'at',
  label: 'When',
  width: '78px',
  cell: ({ atMs }) => (
    <span class="muted">
      <Ago atMs={atMs} />
    </span>
  ),
}

const typeColumn = (open: (event: EventLine) => void): Column<EventLine> => ({
  id: 'type',
  label: 'Event',
  width: 'minmax(150px, 1.3fr)',
  cell: (event) => (
    <button type="button" class="cell clip" title={visible(event.detailType)} onClick={() => open(event)}>
      <What event={event} />
    </button>
  ),
})

const targetColumn: Column<EventLine> = {
  id: 'target',
  label: 'About',
  width: 'minmax(110px, 1fr)',
  cell: link,
}

const reasonColumn: Column<EventLine> = {
  id: 'reason',
  label: 'Reason',
  width: 'minmax(90px, 1fr)',
  cell: (event) => (
    <span class="muted" title={shortened(visible(event.reason ?? ''), 400)}>
      {visible(shortened(event.reason ?? '', 160))}
    </span>
  ),
}

/** The columns of the stream of events; a phone has no room for the reason. */
export const columnsFor = (
  isNarrow: boolean,
  open: (event: EventLine) => void,
): readonly Column<EventLine>[] =>
  isNarrow
    ? [
        { ...whenColumn, width: '58px' },
        { ...typeColumn(open), width: 'minmax(0, 2.1fr)' },
        { ...targetColumn, width: 'minmax(0, 1fr)' },
      ]
    : [whenColumn, typeColumn(open), targetColumn, reasonColumn]
