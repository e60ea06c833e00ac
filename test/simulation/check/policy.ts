import {
  inner,
  isPlanned,
  list,
  nameOf,
  number,
  requestKeyOf,
  retriedAttempt,
  revisionOf,
  subjectOf,
  text,
  typesKey,
} from './items.ts'
import type { Rule } from './rule.ts'

export const skippedAreNotRun: Rule = ({ runs, scenario }) =>
  runs.flatMap((run) =>
    scenario.skipped.has(run.assetId)
      ? [`run ${run.id} was started for ${run.assetId}, which the policy skips`]
      : [],
  )

/** A failed run is retried as often as the policy orders and no more often, and a promised retry exists. */
export const retriesAreKept: Rule = ({ items, scenario }) =>
  items.flatMap((item) => {
    const next = items.find(
      (other) =>
        subjectOf(other) === subjectOf(item) && number(other, 'attempt') === number(item, 'attempt') + 1,
    )
    const tries = items.filter(
      (other) =>
        subjectOf(other) === subjectOf(item) &&
        requestKeyOf(other) === requestKeyOf(item) &&
        revisionOf(item) !== undefined &&
        !isPlanned(other),
    ).length
    const isCanceled = inner(item, 'cancel')['requestId'] !== undefined
    const failed = item['ending'] === 'FAILED' || item['ending'] === 'PARTIALLY_SUCCEEDED'
    // The policy does not apply to data sources.
    const attempts = text(item, 'dataSourceId') === undefined ? scenario.attempts : 1
    return [
      ...(item['willRetry'] === true && (next === undefined || retriedAttempt(next, items) !== item)
        ? [`${nameOf(item)} promises a retry that does not exist`]
        : []),
      ...(failed && !isCanceled && next === undefined && tries < attempts
        ? [`${nameOf(item)} failed, and was not retried`]
        : []),
      ...(tries > attempts
        ? [`${nameOf(item)} has ${tries} attempts, where the policy allows ${attempts}`]
        : []),
    ]
  })

/** A retry runs the types that failed, by the typeStats of the attempt before. */
export const retriesRunWhatFailed: Rule = ({ items, runs }) =>
  items.flatMap((item) => {
    const before = retriedAttempt(item, items)
    const run = runs.find((one) => one.id === item['runId'])
    if (before === undefined || run === undefined) return []
    const failed = list(before, 'typeStats').flatMap((stat) => {
      const fields = typeof stat === 'object' && stat !== null ? { ...stat } : {}
      return text(fields, 'status') === 'SUCCEEDED' ? [] : [text(fields, 'type')]
    })
    return failed.length === 0 || typesKey(failed) === typesKey(run.types)
      ? []
      : [`${nameOf(item)} ran ${typesKey(run.types)}, but ${typesKey(failed)} had failed`]
  })
