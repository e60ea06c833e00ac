import type { Outside, SeenRun } from '../outside.ts'
import {
  inner,
  isForeign,
  isPlanned,
  nameOf,
  number,
  requestKeyOf,
  retriedAttempt,
  startedTypes,
  subjectOf,
  text,
  typesKey,
} from './items.ts'
import type { Rule } from './rule.ts'

/** How far clocks may differ, plus how much older than its claim an adopted run may be. */
const skewMs = 12_000

/**
 * Returns whether a run began while a Start of ours was open, and a foreign run too, so that nothing shows which one is
 * ours. The request was then rejected with that as the reason.
 */
const isMistakable = (run: SeenRun, { runs, items }: Outside): boolean =>
  items.some((item) => {
    const wasOpen = ({ createdAtMs }: SeenRun) =>
      createdAtMs >= number(item, 'createdAtMs') - skewMs && createdAtMs <= number(item, 'detectedAtMs')
    return (
      item['dataSourceId'] === run.assetId &&
      text(inner(item, 'error'), 'name') === 'StartUnknown' &&
      wasOpen(run) &&
      runs.some((other) => other.isForeign === true && other.assetId === run.assetId && wasOpen(other))
    )
  })

/**
 * Returns whether the answer to a Start was lost and nothing proves whose the run is, because DataZone's older API shows one
 * type of a run that may have two, or because its creation time is unreadable. The request was then rejected with that as
 * the reason.
 */
const isRejectedAsUnknown = (run: SeenRun, { items, apiGeneration, unreadableMembers }: Outside): boolean =>
  (apiGeneration !== 'current' || unreadableMembers.includes('createdAt')) &&
  items.some(
    (item) =>
      (run.types.length > 0
        ? item['assetId'] === run.assetId && item['revision'] === run.revision
        : item['dataSourceId'] === run.assetId) &&
      item['ending'] === 'REJECTED' &&
      inner(item, 'error')['name'] === 'StartUnknown',
  )

/** P1: every run of ours is on one record, a foreign run on one at most, and every run on a record exists at DataZone. */
export const runsAreRecordedOnce: Rule = (outside) => {
  const { runs, items, portalRuns } = outside
  const wrong: string[] = []
  for (const run of runs) {
    const holders = items.filter((item) => item['runId'] === run.id)
    const isExcused = isMistakable(run, outside) || isRejectedAsUnknown(run, outside)
    if (holders.length === 0 && run.isForeign !== true && !isExcused)
      wrong.push(`run ${run.id} of ${run.assetId}@${run.revision} is on no record`)
    if (holders.length > 1) wrong.push(`run ${run.id} is on ${holders.map(nameOf).join(' and ')}`)
  }
  for (const item of items) {
    const runId = text(item, 'runId')
    if (runId !== undefined && !portalRuns.has(runId) && !runs.some((run) => run.id === runId)) {
      wrong.push(`${nameOf(item)} holds ${runId}, which DataZone does not know`)
    }
  }
  return wrong
}

/** P1: DataZone has at most one run for each attempt. */
export const noMoreRunsThanAttempts: Rule = ({ runs, items }) => {
  const ofAssets = runs.filter((run) => run.types.length > 0)
  const subjects = Map.groupBy(ofAssets, (run) => `${run.assetId}@${run.revision} ${typesKey(run.types)}`)
  return [...subjects].flatMap(([key, started]) => {
    const attempts = items.filter(
      (item) =>
        `${text(item, 'assetId')}@${text(item, 'revision')} ${typesKey(startedTypes(item))}` === key &&
        !isPlanned(item),
    ).length
    return started.length > attempts ? [`${key} has ${started.length} runs for ${attempts} attempts`] : []
  })
}

/** P1, for data sources: StartDataSourceRun carries no trigger key, so runs and attempts are only counted. */
export const noMoreSourceRunsThanAttempts: Rule = ({ runs, items }) => {
  const sources = Map.groupBy(
    runs.filter((run) => run.types.length === 0 && run.isForeign !== true),
    (run) => run.assetId,
  )
  return [...sources].flatMap(([id, started]) => {
    const attempts = items.filter(
      (item) => text(item, 'dataSourceId') === id && !isPlanned(item) && !isForeign(item),
    ).length
    return started.length > attempts ? [`${id} has ${started.length} runs for ${attempts} attempts`] : []
  })
}

/** P1: an attempt after the first is a retry, or comes from a request to regenerate, which makes one at most. */
export const attemptsWereRequested: Rule = ({ items, sent }) =>
  items.flatMap((item) => {
    if (!(number(item, 'attempt') > 1) || isPlanned(item) || retriedAttempt(item, items) !== undefined)
      return []
    const asked = sent.find(({ request }) => requestKeyOf(item).endsWith(`:${request?.id}`))
    const twins = items.filter(
      (other) =>
        requestKeyOf(other) === requestKeyOf(item) &&
        subjectOf(other) === subjectOf(item) &&
        !isPlanned(other) &&
        retriedAttempt(other, items) === undefined,
    )
    // After a rejection, any request makes another attempt.
    const followsRejection = items.some(
      (other) =>
        subjectOf(other) === subjectOf(item) &&
        number(other, 'attempt') === number(item, 'attempt') - 1 &&
        other['ending'] === 'REJECTED',
    )
    return [
      ...(asked?.request?.regenerate === true || followsRejection
        ? []
        : [`${nameOf(item)} is another attempt, which no request asked for`]),
      ...(twins.length > 1
        ? [`${requestKeyOf(item)} made ${twins.length} attempts of ${subjectOf(item)}`]
        : []),
    ]
  })
