import {
  inner,
  isPlan,
  list,
  nameOf,
  number,
  requestKeyOf,
  retriedBy,
  revisionOf,
  subjectOf,
  text,
  typesKey,
} from './items.ts'
import type { Rule } from './rule.ts'

export const skippedAreNotRun: Rule = ({ runs, scenario }) =>
  runs.flatMap((run) =>
    scenario.skipped.has(run.assetId) ? [`run ${run.id} is of ${run.assetId}, which the policy skips`] : [],
  )

/** What failed is tried again as often as the policy says, no oftener, and what is promised comes. */
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
        !isPlan(other),
    ).length
    const isCanceled = inner(item, 'cancel')['requestId'] !== undefined
    const failed = item['ending'] === 'FAILED' || item['ending'] === 'PARTIALLY_SUCCEEDED'
    // The policy is for assets.
    const attempts = text(item, 'dataSourceId') === undefined ? scenario.attempts : 1
    return [
      ...(item['willRetry'] === true && (next === undefined || retriedBy(next, items) !== item)
        ? [`${nameOf(item)} promised a retry that is not there`]
        : []),
      ...(failed && !isCanceled && next === undefined && tries < attempts
        ? [`${nameOf(item)} failed, and was not tried again`]
        : []),
      ...(tries > attempts ? [`${nameOf(item)} was tried ${tries} times`] : []),
    ]
  })

/** A retry asks for what had failed, by DataZone's own account of the attempt before. */
export const retriesAreOfWhatFailed: Rule = ({ items, runs }) =>
  items.flatMap((item) => {
    const before = retriedBy(item, items)
    const run = runs.find((one) => one.id === item['runId'])
    if (before === undefined || run === undefined) return []
    const failed = list(before, 'typeStats').flatMap((stat) => {
      const fared = typeof stat === 'object' && stat !== null ? { ...stat } : {}
      return text(fared, 'status') === 'SUCCEEDED' ? [] : [text(fared, 'type')]
    })
    return failed.length === 0 || typesKey(failed) === typesKey(run.types)
      ? []
      : [`${nameOf(item)} ran ${typesKey(run.types)}, and ${typesKey(failed)} had failed`]
  })
