import type { Rule } from './rule.ts'

/**
 * What came often in the storm may still die of it at its next receive. The longest that a request is hidden is five minutes,
 * and half as much again by chance, after a hundred receives; while a record of its asset cannot be read it is 15 minutes.
 */
const aftermathMs = 7.5 * 60_000
const unreadableAftermathMs = 15.5 * 60_000

/** Dead letters are for code that crashes: where nothing fails, nothing dies, however many ask for the same at once. */
export const nothingDiesInTheCalm: Rule = ({ deadLettered: died, calmFromMs, unreadableAssets }) =>
  died
    .filter(({ atMs, body }) => {
      const isUnreadable = unreadableAssets.some((assetId) => body.includes(`"${assetId}"`))
      return atMs > calmFromMs + (isUnreadable ? unreadableAftermathMs : aftermathMs)
    })
    .map(({ body }) => `became a dead letter in the calm: ${body.slice(0, 120)}`)
