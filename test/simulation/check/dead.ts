import type { Rule } from './rule.ts'

/**
 * How long after the storm a message that was received often may still become a dead letter, at its next receive. After a
 * hundred receives the starter hides a request for five minutes and up to half as much jitter, and for 15 minutes while a
 * record of its asset is unreadable.
 */
const aftermathMs = 7.5 * 60_000
const unreadableAftermathMs = 15.5 * 60_000

/** In the calm no message becomes a dead letter, however many requests for one asset arrive at once. */
export const noDeadLettersInTheCalm: Rule = ({ deadLettered, calmFromMs, unreadableAssets }) =>
  deadLettered
    .filter(({ atMs, body }) => {
      const isUnreadable = unreadableAssets.some((assetId) => body.includes(`"${assetId}"`))
      return atMs > calmFromMs + (isUnreadable ? unreadableAftermathMs : aftermathMs)
    })
    .map(({ body }) => `became a dead letter in the calm: ${body.slice(0, 120)}`)
