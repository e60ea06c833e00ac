import { metadataOf } from './events.ts'
import { requestKeyOf, text } from './items.ts'
import type { Rule } from './rule.ts'

/** P2: an explicit request that made no run of its own is answered by an event that names it. */
export const explicitRequestsAreAnswered: Rule = ({ sent, items, events }) => {
  const own = new Set(items.map((item) => requestKeyOf(item).replace(/^[^:]*:/, '')))
  const named = new Set(events.map((event) => text(metadataOf(event), 'causationId')))
  const explicit = new Set(
    sent.flatMap(({ request }) => (request === undefined || request.published ? [] : [request.id])),
  )
  return [...explicit].flatMap((id) =>
    own.has(id) || named.has(id) ? [] : [`request ${id} made no run, and no event answers it`],
  )
}
