import type { Random } from './ports/random.ts'

/** A request to cancel as its sender knows it. */
export interface SentCancel {
  readonly id: string
  /** Or its data source. */
  readonly assetId: string
  /** Or its trigger key. Without it, all. */
  readonly revision?: string
  /** Only what was asked for until then. */
  readonly requestedAtMs: number
}

interface OtherDeed {
  readonly atMs: number
  readonly deed: {
    readonly kind: string
    readonly request?: { readonly assetId: string; readonly revision?: string }
  }
}

interface CancelDeed {
  readonly atMs: number
  readonly body: string
  /** Absent: a body that is wrong. */
  readonly cancel?: SentCancel
}

const minute = 60_000

const domainId = 'dzd_simulated1'

const wrong = [
  '{"version":1,"requestId":"cancel-wrong-1","kind":"CANCEL","domainId":"dzd_simulated1"}',
  '{"version":1,"requestId":"cancel-wrong-2","kind":"CANCEL","domainId":"dzd_simulated1","dataSource":{}}',
  '{"detail-type":"Run Cancel Requested","source":"my.pipeline","id":"cancel-wrong-3","detail":[]}',
]

/** In half of the cases as an event on the run bus. */
const asBody = (detail: object, id: string, random: Random): string =>
  JSON.stringify(
    random.chance(0.5)
      ? detail
      : { version: '0', id, source: 'my.pipeline', 'detail-type': 'Run Cancel Requested', detail },
  )

/** Soon after what it cancels was asked for, or sometime. Never much later than that: so it races with each step. */
const delayFor = (random: Random): number =>
  random.pick([
    random.whole(0, 300),
    random.whole(0, 10_000),
    random.whole(0, 60_000),
    random.whole(0, 10 * minute),
  ])

/**
 * Requests to cancel, in two of three seeds: of some of what is asked for, at any time after it, of what nobody asked
 * for, and wrong ones.
 */
export const drawCancels = (
  random: Random,
  others: readonly OtherDeed[],
  { sourceId, startMs }: { readonly sourceId: string; readonly startMs: number },
): readonly CancelDeed[] => {
  if (random.chance(1 / 3)) return []
  let count = 0
  const deeds: CancelDeed[] = []
  const cancel = (atMs: number, assetId: string, revision?: string) => {
    count += 1
    const id = `cancel-${count}`
    const about =
      assetId === sourceId
        ? { dataSource: { id: assetId }, ...(revision === undefined ? {} : { triggerKey: revision }) }
        : { asset: { id: assetId, ...(revision === undefined ? {} : { revision }) } }
    const requestedAtMs = startMs + atMs
    const requestedAt = new Date(requestedAtMs).toISOString()
    const common = { version: 1, requestId: id, kind: 'CANCEL', domainId, requestedAt, reason: 'not wanted' }
    const detail = { ...common, ...about }
    const body = asBody(detail, id, random)
    const sent: SentCancel = { id, assetId, requestedAtMs, ...(revision === undefined ? {} : { revision }) }
    deeds.push({ atMs, body, cancel: sent })
    while (random.chance(0.2)) deeds.push({ atMs: atMs + random.whole(0, minute), body, cancel: sent })
  }
  for (const { atMs, deed } of others) {
    if (deed.kind !== 'send' || deed.request === undefined || !random.chance(0.25)) continue
    const { assetId, revision } = deed.request
    cancel(atMs + delayFor(random), assetId, random.chance(0.3) ? revision : undefined)
  }
  if (random.chance(0.2)) cancel(random.whole(0, 10 * minute), 'nobody')
  for (const body of wrong) if (random.chance(0.2)) deeds.push({ atMs: random.whole(0, 5 * minute), body })
  return deeds
}
