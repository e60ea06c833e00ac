import { type Item, nameOf, number } from './items.ts'
import type { Rule } from './rule.ts'

const dayMs = 24 * 3_600_000
const sweepMs = 60_000
/**
 * No run is declared LOST while many of a domain's Gets answer 404. So the first runs time out a day after their deadline,
 * by two sweeps: one notes that Get does not answer, the next gives the run up. The last few are no longer many: one more
 * sweep meets the first 404 that counts, and another the second, ten minutes later.
 */
const slackMs = 4 * sweepMs + 10 * 60_000

/** Returns a day after the deadline of the deployment, half an hour. A policy's deadline is earlier. */
const latestMs = (item: Item): number => number(item, 'startedAtMs') + 1_800_000 + dayMs + slackMs

/** P9: a run that DataZone no longer knows ends as LOST, or as TIMED_OUT a day after its deadline, however many they are. */
export const lostRunsAreGivenUp: Rule = ({ items, forgotten, endMs }) =>
  items.flatMap((item) => {
    if (!forgotten.has(String(item['runId'])) || latestMs(item) > endMs) return []
    if (item['ending'] !== 'TIMED_OUT' && item['ending'] !== 'LOST')
      return [
        `${nameOf(item)} is ${item['ending'] ?? item['state']}, though DataZone no longer knows its run`,
      ]
    return number(item, 'detectedAtMs') > latestMs(item)
      ? [`${nameOf(item)} was given up ${number(item, 'detectedAtMs') - latestMs(item)} ms too late`]
      : []
  })
