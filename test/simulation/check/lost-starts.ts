import { historyOf, type Item, inner, nameOf, number, text } from './items.ts'
import type { Rule } from './rule.ts'

/** In the calm: a lease, the time until List is proof, lost releases, and a run that blocks this one until its deadline. */
const patienceMs = 2 * 3_600_000

const lineAtMs = (item: Item, begins: string): number | undefined => {
  const line = historyOf(item).find((one) => text(one, 'what')?.startsWith(begins) === true)
  return line === undefined ? undefined : number(line, 'atMs')
}

/** P6: the run of a Start without an answer is found in time, whatever keeps its request from another Start. */
export const lostStartsAreFoundInTime: Rule = ({ runs, items, calmFromMs }) =>
  runs.flatMap((run) => {
    const item = items.find((one) => one['runId'] === run.id)
    const foundAtMs = item === undefined ? undefined : lineAtMs(item, `started as ${run.id}`)
    const dueMs = Math.max(run.createdAtMs, calmFromMs) + patienceMs
    return item === undefined || run.isForeign === true || foundAtMs === undefined || foundAtMs <= dueMs
      ? []
      : [
          `the run of ${nameOf(item)} was recorded ${foundAtMs - run.createdAtMs} ms after it began at DataZone`,
        ]
  })

/** A canceled record that has no run ends in time, whatever it waits for. */
export const unstartedCancelsEndInTime: Rule = ({ items, calmFromMs }) =>
  items.flatMap((item) => {
    const requestedAtMs = lineAtMs(item, 'cancel requested by')
    const by = text(inner(item, 'cancel'), 'requestId')
    if (requestedAtMs === undefined || by === undefined || item['runId'] !== undefined) return []
    const endedAtMs = number(item, 'detectedAtMs')
    const dueMs = Math.max(requestedAtMs, calmFromMs) + patienceMs
    return endedAtMs > dueMs
      ? [`${nameOf(item)} ended ${endedAtMs - requestedAtMs} ms after ${by} asked to cancel it`]
      : []
  })
