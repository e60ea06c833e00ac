import type { Rule } from './rule.ts'

const dayMs = 24 * 3_600_000

/** What clocks differ by, at most, in this world. */
const clocksMs = 5_000

export const fullDaysAreNotTried: Rule = ({ fullDaysMet }) =>
  fullDaysMet
    .filter((atMs) => dayMs - (atMs % dayMs) > clocksMs)
    .map((atMs) => `a Start met the full day of its data source at ${new Date(atMs).toISOString()}`)
