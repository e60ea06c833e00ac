import { number } from './check/items.ts'
import type { VirtualTime } from './ports/clock.ts'
import type { Item } from './ports/stored-item.ts'

const hourMs = 3_600_000

/** How long a world may run past its planned end: the day turns within this time. */
const longestMs = 30 * hourMs

/** Returns whether a record still waits for a try or an ending that comes by `untilMs`. */
const isOpen = (item: Item, untilMs: number): boolean =>
  item['state'] === 'CLAIMED' ||
  item['state'] === 'IN_FLIGHT' ||
  (item['state'] === 'PARKED' && !(number(item, 'retryAtMs') > untilMs))

/**
 * Runs a world to its planned end, and then until no record is open, so that no rule has to excuse a record because of the
 * time at which the world ends.
 */
export const runUntilSettled = async (
  time: VirtualTime,
  plannedEndMs: number,
  items: () => readonly Item[],
): Promise<{ readonly steps: number; readonly endMs: number }> => {
  const latestMs = plannedEndMs + longestMs
  let steps = await time.run(plannedEndMs)
  while (time.now() < latestMs && items().some((item) => isOpen(item, latestMs)))
    steps += await time.run(time.now() + hourMs)
  return { steps, endMs: time.now() }
}
