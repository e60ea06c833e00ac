import type { Rule } from './rule.ts'

/** What came often in the storm may still die of it, as late as the longest wait for a table that did not answer. */
const aftermathMs = 120 * 60_000

/** Dead letters are for code that crashes: where nothing fails, nothing dies, however many ask for the same at once. */
export const nothingDiesInTheCalm: Rule = ({ deadLettered: died, calmFromMs }) =>
  died
    .filter(({ atMs }) => atMs > calmFromMs + aftermathMs)
    .map(({ body }) => `became a dead letter in the calm: ${body.slice(0, 120)}`)
