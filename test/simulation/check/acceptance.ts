import type { Outside } from '../outside.ts'
import { type Item, number, text } from './items.ts'

/**
 * Returns the time from which the repeat guard counts its days, in ms since the epoch: the ending of the run, or the last
 * acceptance of its asset up to `untilMs`.
 */
export const guardedFromMs = ({ hints }: Pick<Outside, 'hints'>, item: Item, untilMs: number): number => {
  const endedAtMs = number(item, 'detectedAtMs')
  const accepted = hints.filter(
    ({ atMs, name, id }) =>
      name === 'Metadata Generation Accepted' &&
      id === text(item, 'assetId') &&
      atMs >= endedAtMs &&
      atMs <= untilMs,
  )
  return Math.max(endedAtMs, ...accepted.map(({ atMs }) => atMs))
}
