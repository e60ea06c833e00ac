import type { Rule } from './rule.ts'

/** P13: how soon after an outage every request that waited is tried. */
const soonMs = 60_000

/** Returns whether a request waits for a deployment that can read a record of its asset. Short waits do not help it. */
const isAboutUnreadable = (body: string, assetIds: readonly string[]): boolean =>
  assetIds.some((assetId) => body.includes(`"${assetId}"`))

/** P13: no request is hidden for longer than 60 seconds, so that it is tried that soon after any outage. */
export const hiddenRequestsReturnSoon: Rule = ({ hidden, unreadableAssets }) =>
  hidden
    .filter(({ forMs, body }) => forMs > soonMs && !isAboutUnreadable(body, unreadableAssets))
    .map(
      ({ atMs, forMs, body }) =>
        `a request was hidden for ${forMs} ms at ${new Date(atMs).toISOString()}: ${body.slice(0, 120)}`,
    )

/** How often one request may return to the queue in the calm: for lost races, throttled Starts and a look after a cancel. */
const mostReturns = 4

/** P13: in the calm no request returns to the queue again and again, however many for one asset arrive at once. */
export const requestsDoNotKeepReturning: Rule = ({ hidden, unreadableAssets, calmFromMs, trial }) => {
  const isOutage = (atMs: number): boolean =>
    trial?.kind === 'table-outage' && atMs >= trial.fromMs && atMs <= trial.untilMs
  const inCalm = hidden.filter(
    ({ atMs, body }) => atMs > calmFromMs && !isOutage(atMs) && !isAboutUnreadable(body, unreadableAssets),
  )
  return [...Map.groupBy(inCalm, ({ messageId }) => messageId).values()].flatMap((hides) =>
    hides.length <= mostReturns
      ? []
      : [
          `a request returned to the queue ${hides.length} times in the calm: ${hides[0]?.body.slice(0, 120)}`,
        ],
  )
}
