import type { ServiceRun } from '../../ports/datazone.ts'
import { runKey } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import type { ClaimedRun, ParkReason, Run, RunError, Subject } from '../../run/run.ts'
import { meaningOfStatus } from '../../run/service-status.ts'
import { ownership } from '../../run/start-safety.ts'
import { batchesOf } from '../batches.ts'
import { refusalError } from './run-errors.ts'
import type { StartContext } from './start-context.ts'
import { hasTimeToAsk } from './time-left.ts'

/** What List shows about an earlier Start of an attempt. */
export type ListSearch =
  | { readonly found: 'ours'; readonly run: ServiceRun }
  /** `active`: the newest run of the asset or data source that DataZone still works on. */
  | { readonly found: 'nothing'; readonly active?: ServiceRun }
  /** List could not be read to its end, or shows a run that may or may not be ours. */
  | { readonly found: 'unknown'; readonly reason: ParkReason; readonly error: RunError }

type Unknown = Extract<ListSearch, { found: 'unknown' }>

const outOfTime: RunError = {
  name: 'OutOfTime',
  message: 'the invocation ended before all List pages were read; the next one reads them again',
}

/** P1: an item without a readable run id may be the run that is searched for, so the list proves no absence. */
const unreadableItem: RunError = {
  name: 'UnreadableListItem',
  message: 'List shows a run without a readable id, which may be the run of this request',
}

const listPage = (subject: Subject, nextToken: string | undefined, { datazone }: StartContext) => {
  const page = present({ nextToken })
  return subject.kind === 'DATA_SOURCE'
    ? datazone.listSourceRuns(subject.domainId, { dataSourceId: subject.dataSourceId, ...page })
    : datazone.listRuns(subject.domainId, { assetId: subject.assetId, ...page })
}

/** Reads all List pages of an asset or data source. An incomplete list proves nothing, so it is never returned. */
const listAll = async (subject: Subject, context: StartContext): Promise<readonly ServiceRun[] | Unknown> => {
  const runs: ServiceRun[] = []
  let nextToken: string | undefined
  do {
    if (!hasTimeToAsk(context)) return { found: 'unknown', reason: 'UNAVAILABLE', error: outOfTime }
    const page = await listPage(subject, nextToken, context)
    if (page.outcome === 'refused') {
      const reason = page.refusal.kind === 'DENIED' ? 'DENIED' : 'UNAVAILABLE'
      return { found: 'unknown', reason, error: refusalError(page.refusal) }
    }
    if ((page.value.unreadableItems ?? 0) > 0)
      return { found: 'unknown', reason: 'UNAVAILABLE', error: unreadableItem }
    runs.push(...page.value.runs)
    nextToken = page.value.nextToken
  } while (nextToken !== undefined)
  return runs
}

const newestActive = (kind: Subject['kind'], runs: readonly ServiceRun[]): ServiceRun | undefined =>
  runs
    .filter(({ nativeStatus }) => meaningOfStatus(kind, nativeStatus).phase === 'active')
    .toSorted((left, right) => (left.createdAtMs ?? 0) - (right.createdAtMs ?? 0))
    .at(-1)

const unclearRun = ({ runId }: ServiceRun): Unknown => ({
  found: 'unknown',
  reason: 'CONFLICT',
  error: { name: 'UnclearRun', message: `run ${runId} lacks the fields that show which request started it` },
})

/**
 * Returns the ids of listed runs that other records hold. A data source has more records than were read, so the holder of
 * each run that may be ours is looked up by its run id.
 */
const recordedElsewhere = async (
  run: ClaimedRun,
  others: readonly Run[],
  mayBeOurs: readonly ServiceRun[],
  { store }: StartContext,
): Promise<ReadonlySet<string>> => {
  const recorded = new Set(
    others.flatMap((other) => ('runId' in other && other.runId !== undefined ? [other.runId] : [])),
  )
  if (run.subject.kind !== 'DATA_SOURCE') return recorded
  const { domainId } = run.subject
  const { record } = runKey(run)
  const unknown = mayBeOurs.filter(({ runId }) => !recorded.has(runId))
  for (const some of batchesOf(unknown)) {
    const holders = await Promise.all(some.map(({ runId }) => store.holderOf(domainId, runId)))
    for (const [index, holder] of holders.entries()) {
      const runId = some[index]?.runId
      if (runId !== undefined && holder !== undefined && holder.record !== record) recorded.add(runId)
    }
  }
  return recorded
}

/**
 * Searches List, all pages, for the effect of an earlier Start of this attempt.
 * @param others the other records that were read of the asset or data source: their runs are not ours
 */
export const searchList = async (
  run: ClaimedRun,
  others: readonly Run[],
  context: StartContext,
): Promise<ListSearch> => {
  const listed = await listAll(run.subject, context)
  if ('found' in listed) return listed
  const ownerAmong =
    (recorded: ReadonlySet<string>) =>
    ({ runId, types, revision, createdAtMs, isOlderShape }: ServiceRun) => {
      const seen = { runId, types, revision, createdAtMs, isOlderShape }
      return ownership(run, seen, recorded, context.settings.assumptions)
    }
  const ownerByFields = ownerAmong(new Set())
  const mayBeOurs = listed.filter((listedRun) => ownerByFields(listedRun) !== 'not-ours')
  const ownerOf = ownerAmong(await recordedElsewhere(run, others, mayBeOurs, context))
  const [first, second] = listed.filter((listedRun) => ownerOf(listedRun) === 'ours')
  // Two runs of a data source appeared while a Start of ours was open, and no field shows which one is ours.
  if (run.subject.kind === 'DATA_SOURCE' && second !== undefined) return unclearRun(second)
  if (first !== undefined) return { found: 'ours', run: first }
  const unclear = listed.findLast((listedRun) => ownerOf(listedRun) === 'unclear')
  if (unclear !== undefined) return unclearRun(unclear)
  return { found: 'nothing', ...present({ active: newestActive(run.subject.kind, listed) }) }
}
