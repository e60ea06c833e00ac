import { dataOf, statusOf } from './events.ts'
import { nameOf, number } from './items.ts'
import type { Rule } from './rule.ts'

/** The deployment's, for runs that no policy orders otherwise. */
const deployedMs = 1_800_000
/** A sweep each minute, the second after one that came too soon, and the calls under way. */
const sweepsMs = 3 * 60_000
/** What was on its way when the storm ended may still hit who waits for it. */
const aftermathMs = 180_000

/** A run times out at its own deadline, neither before nor long after while DataZone answers. */
export const deadlinesAreKept: Rule = ({ items, scenario, calmFromMs, skewMs, endMs, forgotten, trial }) => {
  /** A table that answers nothing keeps every ending for the time after it. */
  const writableMs = (atMs: number): number =>
    trial?.kind === 'table-outage' && atMs > trial.fromMs - sweepsMs && atMs < trial.untilMs
      ? trial.untilMs
      : atMs
  return items.flatMap((item) => {
    // No Get shows that these are still active.
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

/** Where the policy wants no Started events there are none; the policy is for assets. */
export const startedEventsFollowThePolicy: Rule = ({ events, scenario }) =>
  events
    .filter(
      (event) =>
        scenario.withoutStarted &&
        statusOf(event) === 'STARTED' &&
        dataOf(event)['kind'] === 'METADATA_GENERATION',
    )
    .map(({ detail }) => `a start was announced that the policy keeps quiet: ${detail.slice(0, 120)}`)
