import { useMemo } from 'preact/hooks'
import type { EventLine } from '../../../shared/protocol.ts'
import { useLive } from '../../live.ts'
import { count } from '../../model/format.ts'
import { setQuery, usePlace } from '../../router.ts'
import { CommandLine } from '../../ui/command.tsx'
import { useNarrow } from '../../ui/narrow.ts'
import { useSelection } from '../../ui/use-selection.ts'
import { VirtualTable } from '../../ui/virtual-table.tsx'
import { columnsFor } from './columns.tsx'
import { Details } from './details.tsx'
import { keyOf } from './event-words.tsx'
import { buses, matches, withTarget } from './filter-events.ts'

/** The events with the assets of their runs. Runs are looked up by id only for the events that lack the asset. */
const useNamed = (): readonly EventLine[] => {
  const { events, rows } = useLive('events', 'rows')
  return useMemo(() => {
    const wanted = new Set(events.map(({ target, runId, subjectId }) => target ?? runId ?? subjectId))
    const byRunId = new Map(
      rows.flatMap((row) => (row.runId !== undefined && wanted.has(row.runId) ? [[row.runId, row]] : [])),
    )
    return events.map((event) => withTarget(event, byRunId))
  }, [events, rows.length])
}

const NoEvents = () => (
  <section class="card stack">
    <h2>This page does not follow the buses</h2>
    <p>
      The events of a deployed stack reach the page through a temporary rule and queue on the run bus and on
      the default bus. The page makes them only when you ask for it, and removes them when it ends; what a
      killed page leaves behind, the next one removes after 13 hours. Start it with:
    </p>
    <CommandLine command="dzrun page --events" />
    <p class="muted">
      Your credentials need events:PutRule, PutTargets, RemoveTargets, DeleteRule and ListRules on the bus,
      and sqs:CreateQueue, SetQueueAttributes, ReceiveMessage and DeleteQueue on <code>dzrun-tail-*</code>.
      Without them, the <a href="/runs">Runs</a> view still shows each ending, and the archive of the run bus
      keeps its events.
    </p>
  </section>
)

const Bar = (props: {
  readonly bus: string
  readonly text: string
  readonly figures: string
  readonly onChange: (next: { readonly bus: string; readonly text: string }) => void
}) => {
  const { bus, text, figures, onChange } = props
  return (
    <div class="row" style={{ marginBottom: '10px', alignItems: 'end' }}>
      <label class="field search">
        <span>Search type, id or reason</span>
        <input
          type="search"
          value={text}
          onInput={({ currentTarget }) => onChange({ bus, text: currentTarget.value })}
        />
      </label>
      <div class="segments" role="group" aria-label="Which events">
        {buses.map(([value, word]) => (
          <button
            type="button"
            key={value}
            aria-pressed={bus === value}
            onClick={() => onChange({ bus: value, text })}
          >
            {word}
          </button>
        ))}
      </div>
      <span class="muted" role="status">
        {figures}
      </span>
    </div>
  )
}

const Stream = ({ bus, text }: { readonly bus: string; readonly text: string }) => {
  const isNarrow = useNarrow()
  const events = useNamed()
  const found = useMemo(
    () => events.filter((event) => matches(event, bus, text.toLowerCase())),
    [events, bus, text],
  )
  const [current, setCurrent] = useSelection(found, keyOf)
  const chosen = found.find((event) => keyOf(event) === current) ?? (isNarrow ? undefined : found[0])
  const change = (next: { readonly bus: string; readonly text: string }) =>
    setQuery(Object.fromEntries(Object.entries(next).filter(([, value]) => value !== '')))
  return (
    <>
      <Bar
        bus={bus}
        text={text}
        figures={`${count(found.length)} of ${count(events.length)}`}
        onChange={change}
      />
      <div class="fill beside">
        {chosen !== undefined && <Details event={chosen} events={events} />}
        <VirtualTable
          label="Events"
          rows={found}
          columns={columnsFor(isNarrow, (event) => setCurrent(keyOf(event)))}
          keyOf={keyOf}
          current={chosen === undefined ? undefined : keyOf(chosen)}
          empty={events.length === 0 ? 'No event yet.' : 'No event matches.'}
        />
      </div>
    </>
  )
}

/** The events of the run bus and of DataZone, and what each caused. */
export const EventsView = () => {
  const { hello } = useLive('hello')
  const { query } = usePlace()
  if (hello?.hasBusEvents === false) return <NoEvents />
  return <Stream bus={query.get('bus') ?? ''} text={query.get('text') ?? ''} />
}
