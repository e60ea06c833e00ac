import type { SeenEvent } from '../outside.ts'
import { dataOf, metadataOf } from './events.ts'
import { list, requestKeyOf, text } from './items.ts'
import type { Rule } from './rule.ts'

/** Returns the ids of the requests that an event names: the one that caused it, and its duplicates. */
const requestsNamedBy = (event: SeenEvent): readonly unknown[] => [
  text(metadataOf(event), 'causationId'),
  ...list(dataOf(event), 'alsoRequestedBy').map((other) =>
    typeof other === 'object' && other !== null ? text({ ...other }, 'requestId') : undefined,
  ),
]

/** P2: an event names every explicit request that made no run of its own. */
export const explicitRequestsAreAnswered: Rule = ({ sent, items, events }) => {
  const own = new Set(items.map((item) => requestKeyOf(item).replace(/^[^:]*:/, '')))
  const named = new Set(events.flatMap(requestsNamedBy))
  const explicit = new Set(
    sent.flatMap(({ request }) => (request === undefined || request.published ? [] : [request.id])),
  )
  return [...explicit].flatMap((id) =>
    own.has(id) || named.has(id) ? [] : [`request ${id} made no run of its own, and no event names it`],
  )
}
