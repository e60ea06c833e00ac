import { type Item, nameOf, number } from './items.ts'
import type { Rule } from './rule.ts'

const dayMs = 24 * 3_600_000
const sweepMs = 60_000
/**
 * No run is lost while many of a domain's Gets answer 404, so the first of them end a day after their deadline: found without
 * an answer by one sweep, given up by another. The last few are no longer many: one more sweep meets their first 404 that
 * counts, and ten minutes later one meets the second.
 */
const slackMs = 4 * sweepMs + 10 * 60_000

/** A day past its own deadline of half an hour, or less where the policy says so. */
const latestMs = (item: Item): number => number(item, 'startedAtMs') + 1_800_000 + dayMs + slackMs

/** What DataZone no longer knows is given up, however many they are: in ten minutes, or a day past their deadline. */
export const lostRunsAreGivenUp: Rule = ({ items, forgotten, endMs }) =>
  items.flatMap((item) => {
    if (!forgotten.has(String(item['runId'])) || latestMs(item) > endMs) return []
    if (item['ending'] !== 'TIMED_OUT' && item['ending'] !== 'LOST')
      return [`${nameOf(item)}, which DataZone no longer knows, is ${item['ending'] ?? item['state']}`]
    return number(item, 'detectedAtMs') > latestMs(item)
      ? [`${nameOf(item)} was given up ${number(item, 'detectedAtMs') - latestMs(item)} ms too late`]
      : []
  })
