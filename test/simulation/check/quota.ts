import { isForeign, number } from './items.ts'
import type { Rule } from './rule.ts'

const dayMs = 24 * 3_600_000

/** How far clocks may differ. */
const clocksMs = 5_000

/** The longest time from reading the records to the Start. */
const decidingMs = 60_000

/**
 * P7: no Start is spent on a data source whose day is full. A foreign run counts once it is on a record, because no starter
 * knows of it before. The run of a Start whose answer was lost does not count: the starter sends that Start again.
 */
export const noStartsOnFullDays: Rule = ({ startsOnFullDays, items, runsPerDay, openStarts }) =>
  startsOnFullDays
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
    .map(
      (atMs) =>
        `a Start was sent at ${new Date(atMs).toISOString()}, when the day of its data source was full`,
    )
