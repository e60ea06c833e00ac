import type { Outside } from '../outside.ts'
import type { SentRequest } from '../program-action.ts'
import { isAbout, metadataOf, parse, statusOf } from './events.ts'
import {
  type Item,
  idOfRequest,
  inner,
  isPlanned,
  list,
  nameOf,
  requestKeyOf,
  revisionOf,
  targetOf,
  text,
  typesKey,
} from './items.ts'
import { isGuarded } from './repeats.ts'
import type { Rule } from './rule.ts'

/** Returns the revisions that were the latest at some time from `fromMs` on. */
const revisionsFrom = ({ revisions }: Outside, assetId: string, fromMs: number): ReadonlySet<string> => {
  const all = revisions.get(assetId) ?? []
  return new Set(
    all
      .filter((_, index) => (all[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY) > fromMs)
      .map(({ revision }) => revision),
  )
}

const covers = (
  item: Item,
  request: SentRequest,
  set: readonly string[],
  revisions: ReadonlySet<string>,
): boolean => {
  if (targetOf(item) !== request.assetId) return false
  const revision = revisionOf(item)
  // Until its revision is known, one record holds all types of a request.
  if (revision === undefined) return requestKeyOf(item).endsWith(`:${request.id}`)
  return (
    typesKey(list(item, 'types')) === typesKey(set) &&
    (request.revision === undefined ? revisions.has(revision) : revision === request.revision)
  )
}

const modeWas = ({ modes, endMs }: Outside, mode: 'off' | 'plan', fromMs: number): boolean =>
  modes.some((span, index) => span.mode === mode && (modes[index + 1]?.fromMs ?? endMs) >= fromMs)

/** P2: every request leaves a record of what it asked for, its own or the one of which it is a duplicate. */
export const requestsLeaveRecords: Rule = (outside) => {
  const first = new Map<string, { atMs: number; request: SentRequest }>()
  for (const { atMs, request } of outside.sent) {
    if (request !== undefined && !first.has(request.id)) first.set(request.id, { atMs, request })
  }
  return [...first.values()].flatMap(({ atMs, request }) => {
    if (modeWas(outside, 'off', atMs)) return []
    if (outside.scenario.skipped.has(request.assetId)) return []
    const revisions = revisionsFrom(outside, request.assetId, atMs)
    return request.sets.flatMap((whole) => {
      const publish = { id: request.id, assetId: request.assetId, fromMs: atMs }
      const set = request.published ? whole.filter((type) => !isGuarded(outside, publish, type)) : whole
      if (set.length === 0 && whole.length > 0) return []
      // A run of the whole set, which an explicit request started, also covers the types that are not guarded.
      const found = outside.items.filter((item) =>
        [set, whole].some((types) => covers(item, request, types, revisions)),
      )
      const own = found.filter((item) => requestKeyOf(item).endsWith(`:${request.id}`))
      // In plan mode two requests to regenerate share one planned record.
      const enough = request.regenerate && !modeWas(outside, 'plan', atMs) ? own : found
      // A request that was canceled after its first set of types makes no record of the next, however the first one ended.
      const isCutShort = outside.items.some(
        (item) =>
          requestKeyOf(item).endsWith(`:${request.id}`) &&
          text(inner(item, 'cancel'), 'requestId') !== undefined,
      )
      if (isCutShort) return []
      const onlyPlanned = enough.every(isPlanned) && !modeWas(outside, 'plan', atMs)
      return enough.length === 0 || onlyPlanned
        ? [`request ${request.id} for ${request.assetId} ${typesKey(set)} left no record`]
        : []
    })
  })
}

/** P2: every ending is announced and marked as announced, and a rejected request has a copy in the rejected queue. */
export const endingsAreAnnounced: Rule = ({ items, events, rejected }) =>
  items.flatMap((item) => {
    if (item['state'] !== 'ENDED') return []
    const isAnnounced = events.some((event) => isAbout(event, item) && statusOf(event) === item['ending'])
    const copied = item['ending'] !== 'REJECTED' || rejected.some((copy) => copy.includes(idOfRequest(item)))
    return [
      ...(isAnnounced ? [] : [`${nameOf(item)} ended as ${item['ending']}, and no event announces it`]),
      ...(item['announcedAtMs'] === undefined ? [`${nameOf(item)} is not marked as announced`] : []),
      ...(copied ? [] : [`${nameOf(item)} was rejected without a copy in the rejected queue`]),
    ]
  })

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** P2: a malformed message leaves a copy in the rejected queue and an event. */
export const malformedMessagesAreRejected: Rule = ({ sent, rejected, events }) =>
  sent.flatMap(({ body, request, cancel, isUnlisted }) => {
    if (request !== undefined || cancel !== undefined || isUnlisted === true) return []
    const inCopy = JSON.stringify(body)
      .slice(1, -1)
      .replace(/[^ -~]/g, escaped)
    const copy = rejected.find((one) => one.includes(inCopy))
    if (copy === undefined) return [`a malformed message left no copy: ${body.slice(0, 60)}`]
    const eventId = text(parse(copy), 'eventId')
    return events.some((event) => text(metadataOf(event), 'id') === eventId)
      ? []
      : [`a malformed message left no event: ${body.slice(0, 60)}`]
  })

export const queuesAreEmpty: Rule = ({ queue, deadLetters }) => [
  ...queue.map((message) => `still on the request queue: ${message.body.slice(0, 120)}`),
  ...deadLetters.map((message) => `still a dead letter: ${message.body.slice(0, 120)}`),
]
