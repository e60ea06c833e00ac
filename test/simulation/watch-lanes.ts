import type { VirtualTime } from './ports/clock.ts'
import type { SimulatedTable } from './ports/run-store.ts'
import type { Program } from './program.ts'

const everyMs = 60_000

const inner = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

/**
 * Looks at the table each minute for what waits in the lane backfill though a live request is known to have asked for
 * it. At the end it could not be seen any more. Answers the records that were, by their keys.
 */
export const watchLanes = (
  time: VirtualTime,
  table: SimulatedTable,
  program: Program,
  untilMs: number,
): ReadonlySet<string> => {
  const live = new Set(
    program.deeds.flatMap(({ deed }) =>
      deed.kind === 'send' && deed.request !== undefined && deed.request.backfill !== true
        ? [deed.request.id]
        : [],
    ),
  )
  const isLive = (key: unknown): boolean =>
    typeof key === 'string' && live.has(key.slice(key.indexOf(':') + 1))
  const heldBack = new Set<string>()
  const look = () => {
    for (const item of table.items()) {
      const askers = item['alsoRequestedBy']
      const isBackfill = item['state'] === 'PARKED' && inner(item['request'])['lane'] === 'backfill'
      if (isBackfill && Array.isArray(askers) && askers.some(isLive))
        heldBack.add(`${item['pk']} ${item['sk']}`)
    }
    if (time.now() < untilMs) time.at(time.now() + everyMs, look)
  }
  look()
  return heldBack
}
