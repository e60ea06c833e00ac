import { useMemo } from 'preact/hooks'
import type { EventLine, RunRow } from '../../shared/protocol.ts'
import { useLive } from '../live.ts'
import { count, shortened, visible } from '../model/format.ts'
import { runHref, setQuery, usePlace } from '../router.ts'
import { JsonTree } from '../ui/json-tree.tsx'
import { useNarrow } from '../ui/narrow.ts'
import { Status } from '../ui/status.tsx'
import { Ago, Time } from '../ui/time.tsx'
import { useSelection } from '../ui/use-selection.ts'
import { type Column, VirtualTable } from '../ui/virtual-table.tsx'

const buses = [
  ['', 'All'],
  ['run', 'Run bus'],
  ['service', 'DataZone'],
  ['requests', 'Rejected and skipped'],
] as const

/** `Metadata Generation Run Timed Out` as the status TIMED_OUT; undefined for other events. */
const statusOf = (detailType: string): string | undefined => {
  const [, word] =
    /^(?:Metadata Generation|Data Source) Run (Started|Succeeded|Partially Succeeded|Failed|Canceled|Timed Out|Lost|Rejected)$/.exec(
      detailType,
    ) ?? []
  return word === 'Started' ? 'STARTED' : word?.toUpperCase().replace(' ', '_')
}

const matches = (event: EventLine, bus: string, text: string): boolean => {
  if (bus === 'requests' && !/(Rejected|Skipped|Duplicate)$/.test(event.detailType)) return false
  if (bus !== '' && bus !== 'requests' && event.bus !== bus) return false
  if (text === '') return true
  const all = [event.detailType, event.target, event.runId, event.reason, event.id, event.causationId]
  return all.some((part) => part?.toLowerCase().includes(text) === true)
}

/** DataZone's events about a run name only the run: its row knows the asset. */
const withTarget = (event: EventLine, rows: readonly RunRow[]): EventLine => {
  const runId = event.runId ?? event.subjectId
  if (event.target !== undefined || runId === undefined) return event
  const row = rows.find((one) => one.runId === runId)
  return row === undefined
    ? event
    : { ...event, runId, target: row.target, kind: row.kind, domainId: row.domainId }
}

const keyOf = ({ sequence }: EventLine): string => String(sequence)

const link = (event: EventLine) =>
  event.target === undefined || event.domainId === undefined ? (
    <span class="muted">{visible(event.target ?? '')}</span>
  ) : (
    <a href={runHref({ domainId: event.domainId, kind: event.kind ?? 'asset', target: event.target })}>
      {visible(shortened(event.target, 60))}
    </a>
  )

/** A run's event as its status, any other as its own words. */
const What = ({ event }: { readonly event: EventLine }) => {
  const status = statusOf(event.detailType)
  return status === undefined ? (
    visible(event.detailType || 'event without a type')
  ) : (
    <Status status={status} detail={event.detailType.startsWith('Data Source') ? 'data source run' : 'run'} />
  )
}

const columnsFor = (isNarrow: boolean, open: (event: EventLine) => void): readonly Column<EventLine>[] => [
  {
    id: 'at',
    label: 'When',
    width: '78px',
    cell: ({ atMs }) => (
      <span class="muted">
        <Ago atMs={atMs} />
      </span>
    ),
  },
  {
    id: 'type',
    label: 'Event',
    width: 'minmax(150px, 1.3fr)',
    cell: (event) => (
      <button type="button" class="cell clip" title={visible(event.detailType)} onClick={() => open(event)}>
        <What event={event} />
      </button>
    ),
  },
  { id: 'target', label: 'About', width: 'minmax(110px, 1fr)', cell: link },
  ...(isNarrow
    ? []
    : [
        {
          id: 'reason',
          label: 'Reason',
          width: 'minmax(90px, 1fr)',
          cell: (event: EventLine) => (
            <span class="muted" title={shortened(visible(event.reason ?? ''), 400)}>
              {visible(shortened(event.reason ?? '', 160))}
            </span>
          ),
        },
      ]),
]

const isCausedBy = (effect: EventLine, cause: EventLine): boolean =>
  (effect.causationId !== undefined && effect.causationId === cause.id) ||
  (effect !== cause &&
    effect.runId !== undefined &&
    effect.runId === cause.runId &&
    effect.atMs >= cause.atMs)

const Details = ({ event, events }: { readonly event: EventLine; readonly events: readonly EventLine[] }) => {
  const causes = events.filter((one) => one !== event && one.id !== '' && one.id === event.causationId)
  const effects = events.filter((one) => isCausedBy(one, event)).toReversed()
  const status = statusOf(event.detailType)
  return (
    <section class="card stack" aria-label="Selected event" style={{ alignContent: 'start' }}>
      <div class="row">
        {status === undefined ? (
          <strong>{visible(event.detailType)}</strong>
        ) : (
          <Status status={status} detail={visible(event.detailType)} />
        )}
        <span class="muted small" style={{ marginLeft: 'auto' }}>
          <Time atMs={event.atMs} />
        </span>
      </div>
      {event.reason !== undefined && <p class="wrap">{visible(shortened(event.reason, 1000))}</p>}
      <div>
        <h3>Caused by</h3>
        {causes.length === 0 ? (
          <p class="muted wrap">
            {event.causationId === undefined
              ? 'nothing that the page has seen'
              : `request ${visible(shortened(event.causationId, 200))}`}
          </p>
        ) : (
          causes.map((one) => <p key={keyOf(one)}>{visible(one.detailType)}</p>)
        )}
      </div>
      <div>
        <h3>What it caused</h3>
        {effects.length === 0 && <p class="muted">nothing that the page has seen yet</p>}
        <ul class="list">
          {effects.slice(0, 12).map((one) => (
            <li key={keyOf(one)}>
              <span>{visible(one.detailType)}</span>
              {link(one)}
              <span class="end muted small">
                <Time atMs={one.atMs} />
              </span>
            </li>
          ))}
        </ul>
      </div>
      <JsonTree name="event" value={event.event} />
    </section>
  )
}

/** The events of the run bus and of DataZone, and what each caused. */
export const EventsView = () => {
  const { events, hello, rows } = useLive('events', 'hello', 'rows')
  const { query } = usePlace()
  const isNarrow = useNarrow()
  const bus = query.get('bus') ?? ''
  const text = query.get('text') ?? ''
  const named = useMemo(() => events.map((event) => withTarget(event, rows)), [events, rows.length])
  const found = useMemo(
    () => named.filter((event) => matches(event, bus, text.toLowerCase())),
    [named, bus, text],
  )
  const change = (next: { readonly bus: string; readonly text: string }) =>
    setQuery(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')))
  const [current, setCurrent] = useSelection(found, keyOf)
  if (hello?.hasBusEvents === false)
    return (
      <p class="card">
        The page only reads the table of a deployed stack, and creates no rule or queue.{' '}
        <code>dzrun events tail</code> shows the events as they come; the <a href="/runs">Runs</a> view shows
        each ending.
      </p>
    )
  const chosen = found.find((event) => keyOf(event) === current) ?? (isNarrow ? undefined : found[0])
  return (
    <>
      <div class="row" style={{ marginBottom: '10px', alignItems: 'end' }}>
        <label class="field search">
          <span>Search type, id or reason</span>
          <input
            type="search"
            value={text}
            onInput={({ currentTarget }) => change({ bus, text: currentTarget.value })}
          />
        </label>
        <div class="segments" role="group" aria-label="Which events">
          {buses.map(([value, word]) => (
            <button
              type="button"
              key={value}
              aria-pressed={bus === value}
              onClick={() => change({ bus: value, text })}
            >
              {word}
            </button>
          ))}
        </div>
        <span class="muted" role="status">
          {count(found.length)} of {count(events.length)}
        </span>
      </div>
      <div class="grid-2" style={{ alignItems: 'start' }}>
        {isNarrow && chosen !== undefined && <Details event={chosen} events={named} />}
        <VirtualTable
          label="Events"
          rows={found}
          columns={columnsFor(isNarrow, (event) => setCurrent(keyOf(event)))}
          keyOf={keyOf}
          current={chosen === undefined ? undefined : keyOf(chosen)}
          empty={
            events.length === 0 ? 'No event yet. Publish an asset in the Local view.' : 'No event matches.'
          }
        />
        {!isNarrow && chosen !== undefined && <Details event={chosen} events={named} />}
      </div>
    </>
  )
}
