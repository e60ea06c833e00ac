import type { Random } from './ports/random.ts'
import { domainId } from './world-ids.ts'

/** A request to cancel as its sender knows it. */
export interface SentCancel {
  readonly id: string
  /** The id of the asset or of the data source. */
  readonly assetId: string
  /** The revision, or the trigger key. Absent: all of them. */
  readonly revision?: string
  /** It cancels only what was requested up to this time. */
  readonly requestedAtMs: number
}

interface OtherAction {
  readonly atMs: number
  readonly action: {
    readonly kind: string
    /** Of a switch. */
    readonly paused?: boolean
    /** Of a span of refusals. */
    readonly error?: string
    readonly request?: { readonly assetId: string; readonly revision?: string }
  }
}

interface CancelAction {
  readonly atMs: number
  readonly body: string
  /** Absent: the body is malformed. */
  readonly cancel?: SentCancel
}

const minute = 60_000

const malformedBodies = [
  '{"version":1,"requestId":"cancel-wrong-1","kind":"CANCEL","domainId":"dzd_simulated1"}',
  '{"version":1,"requestId":"cancel-wrong-2","kind":"CANCEL","domainId":"dzd_simulated1","dataSource":{}}',
  '{"detail-type":"Run Cancel Requested","source":"my.pipeline","id":"cancel-wrong-3","detail":[]}',
]

/** Returns the body of a request to cancel, in half of the cases wrapped in an event of the run bus. */
const asBody = (detail: object, id: string, random: Random): string =>
  JSON.stringify(
    random.chance(0.5)
      ? detail
      : { version: '0', id, source: 'my.pipeline', 'detail-type': 'Run Cancel Requested', detail },
  )

/** Draws the delay of a cancel after the request that it cancels: at most ten minutes, so that it races with each step. */
const delayFor = (random: Random): number =>
  random.pick([
    random.whole(0, 300),
    random.whole(0, 10_000),
    random.whole(0, 60_000),
    random.whole(0, 10 * minute),
  ])

const aboutTarget = (assetId: string, sourceId: string, revision: string | undefined) =>
  assetId === sourceId
    ? { dataSource: { id: assetId }, ...(revision === undefined ? {} : { triggerKey: revision }) }
    : { asset: { id: assetId, ...(revision === undefined ? {} : { revision }) } }

interface Place {
  readonly sourceId: string
  readonly startMs: number
}

/** Returns a request to cancel, sometimes sent more than once. */
const sendCancel = (
  { id, assetId, revision, atMs }: Omit<SentCancel, 'requestedAtMs'> & { readonly atMs: number },
  { sourceId, startMs }: Place,
  random: Random,
): readonly CancelAction[] => {
  const requestedAtMs = startMs + atMs
  const requestedAt = new Date(requestedAtMs).toISOString()
  const common = { version: 1, requestId: id, kind: 'CANCEL', domainId, requestedAt, reason: 'not wanted' }
  const body = asBody({ ...common, ...aboutTarget(assetId, sourceId, revision) }, id, random)
  const cancel: SentCancel = { id, assetId, requestedAtMs, ...(revision === undefined ? {} : { revision }) }
  const actions = [{ atMs, body, cancel }]
  while (random.chance(0.2)) actions.push({ atMs: atMs + random.whole(0, minute), body, cancel })
  return actions
}

/**
 * Draws requests to cancel in two of three seeds: for some of the requested assets and data sources, soon after the request;
 * sometimes for an asset without a request; and malformed ones.
 */
export const drawCancels = (
  random: Random,
  others: readonly OtherAction[],
  place: Place,
): readonly CancelAction[] => {
  if (random.chance(1 / 3)) return []
  let count = 0
  const actions: CancelAction[] = []
  const cancel = (atMs: number, assetId: string, revision?: string) => {
    count += 1
    const about = { id: `cancel-${count}`, assetId, atMs, ...(revision === undefined ? {} : { revision }) }
    actions.push(...sendCancel(about, place, random))
  }
  for (const { atMs, action } of others) {
    if (action.kind !== 'send' || action.request === undefined || !random.chance(0.25)) continue
    const { assetId, revision } = action.request
    cancel(atMs + delayFor(random), assetId, random.chance(0.3) ? revision : undefined)
  }
  if (random.chance(0.2)) cancel(random.whole(0, 10 * minute), 'absent')
  for (const body of malformedBodies)
    if (random.chance(0.2)) actions.push({ atMs: random.whole(0, 5 * minute), body })
  return actions
}

/** Draws requests to cancel soon after a pause or a span of refusals begins, while the requests that they cancel wait. */
export const drawCancelsOfHeld = (
  random: Random,
  others: readonly OtherAction[],
  place: Place,
): readonly CancelAction[] => {
  const begins = others.filter(({ action }) => action.paused === true || action.error !== undefined)
  let count = 0
  return begins.flatMap(({ atMs: fromMs }) => {
    if (!random.chance(0.7)) return []
    const atMs = fromMs + random.whole(5_000, 2 * minute)
    const asked = others.flatMap(({ atMs: sentMs, action }) =>
      action.request !== undefined && sentMs < atMs ? [action.request.assetId] : [],
    )
    return [...new Set(asked)].flatMap((assetId) => {
      if (!random.chance(0.5)) return []
      count += 1
      return sendCancel({ id: `cancel-of-held-${count}`, assetId, atMs }, place, random)
    })
  })
}
