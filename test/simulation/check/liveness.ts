import type { Rule } from './rule.ts'

/** N of promise P13: how soon after the last fault every request is tried again. */
const soonMs = 60_000

/** The starter waits for a deployment that can read a record, which no short wait brings closer. */
const isAboutUnreadable = (body: string, assetIds: readonly string[]): boolean =>
  assetIds.some((assetId) => body.includes(`"${assetId}"`))

/** No request is hidden for so long that the end of an outage would find it waiting. */
export const hiddenRequestsComeBackSoon: Rule = ({ hidden, unreadableAssets }) =>
  hidden
    .filter(({ forMs, body }) => forMs > soonMs && !isAboutUnreadable(body, unreadableAssets))
    .map(
      ({ atMs, forMs, body }) =>
        `hidden for ${forMs} ms at ${new Date(atMs).toISOString()}: ${body.slice(0, 120)}`,
    )
