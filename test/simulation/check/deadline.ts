import { dataOf, statusOf } from './events.ts'
import { nameOf, number } from './items.ts'
import type { Rule } from './rule.ts'

/** The deadline of the deployment, for runs without a deadline from the policy. */
const deployedMs = 1_800_000
/** A sweep that comes just too soon, the next one, and the calls in progress. */
const sweepsMs = 3 * 60_000
/** How long a call or message from the storm may still delay work in the calm. */
const aftermathMs = 180_000

/** A run times out at its own deadline: not before it and, in the calm, not long after it. */
export const deadlinesAreKept: Rule = ({ items, scenario, calmFromMs, skewMs, endMs, forgotten, trial }) => {
  /** Returns when an ending that is due at `atMs` can be recorded: during a table outage, only after it. */
  const writableMs = (atMs: number): number =>
    trial?.kind === 'table-outage' && atMs > trial.fromMs - sweepsMs && atMs < trial.untilMs
      ? trial.untilMs
      : atMs
  return items.flatMap((item) => {
    // No Get shows a forgotten run as still active.
    if (forgotten.has(String(item['runId']))) return []
    const isSource = item['kind'] === 'DATA_SOURCE'
    const dueMs = number(item, 'startedAtMs') + (isSource ? deployedMs : (scenario.deadlineMs ?? deployedMs))
    const latestMs = writableMs(dueMs) + sweepsMs + 2 * skewMs
    // A run whose Start's answer was lost in the storm may be adopted only after its deadline.
    const inCalm = number(item, 'startedAtMs') > calmFromMs + aftermathMs
    if (item['state'] === 'IN_FLIGHT')
      return latestMs < endMs ? [`${nameOf(item)} is still in flight long after its deadline`] : []
    if (item['ending'] !== 'TIMED_OUT') return []
    const lateMs = number(item, 'detectedAtMs') - dueMs
    if (lateMs < -2 * skewMs) return [`${nameOf(item)} timed out ${-lateMs} ms before its deadline`]
    return inCalm && number(item, 'detectedAtMs') > latestMs
      ? [`${nameOf(item)} timed out ${lateMs} ms after its deadline`]
      : []
  })
}

/** Where the policy turns Started events off, no metadata run has one. The policy does not apply to data sources. */
export const startedEventsFollowThePolicy: Rule = ({ events, scenario }) =>
  events
    .filter(
      (event) =>
        scenario.withoutStarted &&
        statusOf(event) === 'STARTED' &&
        dataOf(event)['kind'] === 'METADATA_GENERATION',
    )
    .map(({ detail }) => `a Start was announced, though the policy turns that off: ${detail.slice(0, 120)}`)
