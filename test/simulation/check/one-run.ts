import type { Outside, SeenRun } from '../outside.ts'
import {
  inner,
  isForeign,
  isPlan,
  nameOf,
  number,
  requestKeyOf,
  retriedBy,
  startedTypes,
  subjectOf,
  text,
  typesKey,
} from './items.ts'
import type { Rule } from './rule.ts'

/** What clocks differ by, and what a run may be older than the claim it is taken for. */
const skewMs = 12_000

/**
 * Two runs were made while a Start of ours was open, one of them foreign, and nothing showed which is ours: the
 * request was given back in the end, and says so.
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
 * An older deployment shows one type of a run, which may have two; and a run whose creation time is unreadable may be
 * older than the claim. Once the answer to its Start was lost, nothing proves whose it is. Then the request is rejected, with
 * just that as the reason.
 */
const isGivenBackAsUnknown = (run: SeenRun, { items, apiGeneration, unreadableMembers }: Outside): boolean =>
  (apiGeneration !== 'current' || unreadableMembers.includes('createdAt')) &&
  items.some(
    (item) =>
      (run.types.length > 0
        ? item['assetId'] === run.assetId && item['revision'] === run.revision
        : item['dataSourceId'] === run.assetId) &&
      item['ending'] === 'REJECTED' &&
      inner(item, 'error')['name'] === 'StartUnknown',
  )

/** Every DataZone run of ours is on exactly one record, one of others on one at most, and every record's run is DataZone's. */
export const runsAreRecordedOnce: Rule = (outside) => {
  const { runs, items, portalRuns } = outside
  const wrong: string[] = []
  for (const run of runs) {
    const holders = items.filter((item) => item['runId'] === run.id)
    const isExcused = isMistakable(run, outside) || isGivenBackAsUnknown(run, outside)
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

export const noMoreRunsThanAttempts: Rule = ({ runs, items }) => {
  const ofAssets = runs.filter((run) => run.types.length > 0)
  const subjects = Map.groupBy(ofAssets, (run) => `${run.assetId}@${run.revision} ${typesKey(run.types)}`)
  return [...subjects].flatMap(([key, started]) => {
    const attempts = items.filter(
      (item) =>
        `${text(item, 'assetId')}@${text(item, 'revision')} ${typesKey(startedTypes(item))}` === key &&
        !isPlan(item),
    ).length
    return started.length > attempts ? [`${key} has ${started.length} runs and ${attempts} attempts`] : []
  })
}

/** DataZone gets no trigger key, so runs and attempts of a data source are only counted. */
export const noMoreSourceRunsThanAttempts: Rule = ({ runs, items }) => {
  const sources = Map.groupBy(
    runs.filter((run) => run.types.length === 0 && run.isForeign !== true),
    (run) => run.assetId,
  )
  return [...sources].flatMap(([id, started]) => {
    const attempts = items.filter(
      (item) => text(item, 'dataSourceId') === id && !isPlan(item) && !isForeign(item),
    ).length
    return started.length > attempts ? [`${id} has ${started.length} runs and ${attempts} attempts`] : []
  })
}

/** An attempt beyond the first is made by a request that said so, and by each only once; or it is a retry. */
export const attemptsWereRequested: Rule = ({ items, sent }) =>
  items.flatMap((item) => {
    if (!(number(item, 'attempt') > 1) || isPlan(item) || retriedBy(item, items) !== undefined) return []
    const asked = sent.find(({ request }) => requestKeyOf(item).endsWith(`:${request?.id}`))
    const twins = items.filter(
      (other) =>
        requestKeyOf(other) === requestKeyOf(item) &&
        subjectOf(other) === subjectOf(item) &&
        !isPlan(other) &&
        retriedBy(other, items) === undefined,
    )
    // A request after a rejection is a new one.
    const cameToNothing = items.some(
      (other) =>
        subjectOf(other) === subjectOf(item) &&
        number(other, 'attempt') === number(item, 'attempt') - 1 &&
        other['ending'] === 'REJECTED',
    )
    return [
      ...(asked?.request?.regenerate === true || cameToNothing
        ? []
        : [`${nameOf(item)} was asked for by no request`]),
      ...(twins.length > 1
        ? [`${requestKeyOf(item)} made ${twins.length} attempts of ${subjectOf(item)}`]
        : []),
    ]
  })
