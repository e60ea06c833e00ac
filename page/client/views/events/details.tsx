import type { EventLine } from '../../../shared/protocol.ts'
import { shortened, visible } from '../../model/format.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Status } from '../../ui/status.tsx'
import { Time } from '../../ui/time.tsx'
import { keyOf, link, statusOf } from './event-words.tsx'

interface DetailsProps {
  readonly event: EventLine
  readonly events: readonly EventLine[]
}

const mostEffects = 12

const isCausedBy = (effect: EventLine, cause: EventLine): boolean =>
  (effect.causationId !== undefined && effect.causationId === cause.id) ||
  (effect !== cause &&
    effect.runId !== undefined &&
    effect.runId === cause.runId &&
    effect.atMs >= cause.atMs)

const Causes = ({ event, events }: DetailsProps) => {
  const causes = events.filter((one) => one !== event && one.id !== '' && one.id === event.causationId)
  return (
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
  )
}

const Effects = ({ event, events }: DetailsProps) => {
  const effects = events.filter((one) => isCausedBy(one, event)).toReversed()
  return (
    <div>
      <h3>What it caused</h3>
      {effects.length === 0 && <p class="muted">nothing that the page has seen yet</p>}
      <ul class="list">
        {effects.slice(0, mostEffects).map((one) => (
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
  )
}

/** One event: what caused it, what it caused, and its JSON. */
export const Details = ({ event, events }: DetailsProps) => {
  const status = statusOf(event.detailType)
  return (
    <section class="card stack details" aria-label="Selected event">
      <div class="row">
        {status === undefined ? (
          <strong class="wrap">{visible(event.detailType)}</strong>
        ) : (
          <Status status={status} detail={visible(event.detailType)} />
        )}
        <span class="muted small" style={{ marginLeft: 'auto' }}>
          <Time atMs={event.atMs} />
        </span>
      </div>
      {event.reason !== undefined && <p class="wrap">{visible(shortened(event.reason, 1000))}</p>}
      <Causes event={event} events={events} />
      <Effects event={event} events={events} />
      <JsonTree name="event" value={event.event} />
    </section>
  )
}
