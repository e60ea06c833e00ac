import { isForeign, number } from './items.ts'
import type { Rule } from './rule.ts'

const dayMs = 24 * 3_600_000

/** What clocks differ by, at most, in this world. */
const clocksMs = 5_000

/** From reading the records to Start. */
const decidingMs = 60_000

/**
 * Runs of others count from when they are on a record: before that no starter can know of them. Nor can a starter know of
 * the run of an earlier Start whose answer was lost: it sends that Start again.
 */
export const fullDaysAreNotTried: Rule = ({ startsOnFullDays: fullDaysMet, items, runsPerDay, openStarts }) =>
  fullDaysMet
    .filter((atMs) => dayMs - (atMs % dayMs) > clocksMs)
    .filter((atMs) => {
      const known = items.filter(
        (item) =>
          item['kind'] === 'DATA_SOURCE' &&
          !openStarts.some(
            ({ key, fromMs, untilMs }) =>
              key === `${item['pk']} ${item['sk']}` && fromMs <= atMs && atMs <= untilMs,
          ) &&
          number(item, 'startedAtMs') >= atMs - (atMs % dayMs) &&
          (isForeign(item)
            ? number(item, 'createdAtMs') <= atMs - decidingMs
            : number(item, 'startedAtMs') <= atMs),
      )
      return known.length >= runsPerDay
    })
    .map((atMs) => `a Start met the full day of its data source at ${new Date(atMs).toISOString()}`)
