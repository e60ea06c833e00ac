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

/** Of one request in the calm: lost races, throttled Starts and a second look after a cancel. */
const mostTries = 4

/** Where nothing fails, no request goes back to the queue again and again, however many ask for the same at once. */
export const requestsAreNotTriedAgainAndAgain: Rule = ({ hidden, unreadableAssets, calmFromMs, trial }) => {
  const isOutage = (atMs: number): boolean =>
    trial?.kind === 'table-outage' && atMs >= trial.fromMs && atMs <= trial.untilMs
  const inCalm = hidden.filter(
    ({ atMs, body }) => atMs > calmFromMs && !isOutage(atMs) && !isAboutUnreadable(body, unreadableAssets),
  )
  return [...Map.groupBy(inCalm, ({ messageId }) => messageId).values()].flatMap((hides) =>
    hides.length <= mostTries
      ? []
      : [`went back to the queue ${hides.length} times in the calm: ${hides[0]?.body.slice(0, 120)}`],
  )
}
