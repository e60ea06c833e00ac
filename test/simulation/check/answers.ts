import type { Outside } from '../outside.ts'
import { metadataOf } from './events.ts'
import { requestKeyOf, text } from './items.ts'
import type { Rule } from './rule.ts'

/** Two requests that wait may become one plan, and the second is then answered by no event. */
const wasPlanning = (modes: Outside['modes'], fromMs: number, endMs: number): boolean =>
  modes.some(({ mode }, index) => mode === 'plan' && (modes[index + 1]?.fromMs ?? endMs) >= fromMs)

/** P2: an explicit request that made no run of its own is answered by an event that names it. */
export const explicitRequestsAreAnswered: Rule = ({ sent, items, events, modes, endMs }) => {
  const own = new Set(items.map((item) => requestKeyOf(item).replace(/^[^:]*:/, '')))
  const named = new Set(events.map((event) => text(metadataOf(event), 'causationId')))
  const explicit = new Set(
    sent.flatMap(({ atMs, request }) =>
      request === undefined || request.published || wasPlanning(modes, atMs, endMs) ? [] : [request.id],
    ),
  )
  return [...explicit].flatMap((id) =>
    own.has(id) || named.has(id) ? [] : [`request ${id} made no run, and no event answers it`],
  )
}
