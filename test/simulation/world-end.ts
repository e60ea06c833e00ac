import { number } from './check/items.ts'
import type { VirtualTime } from './ports/clock.ts'
import type { Item } from './ports/stored-item.ts'

const hourMs = 3_600_000

/** A day turns within it, and a request that waits for the day after that waits within reason. */
const longestMs = 30 * hourMs

/** Whether a record still waits for something that time alone brings: a try, an ending or its announcement. */
const isOpen = (item: Item, untilMs: number): boolean =>
  item['state'] === 'CLAIMED' ||
  item['state'] === 'IN_FLIGHT' ||
  (item['state'] === 'PARKED' && !(number(item, 'retryAtMs') > untilMs))

/**
 * Runs a world to its planned end, and on until no record is open, so that no rule has to excuse a record for the hour at
 * which its world ends.
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
