import {
  type FollowRule,
  type ForeignRun,
  foreignRunRecord,
  isFollowed,
  mayBeOurs,
} from '../../run/foreign-run.ts'
import type { InFlightRun } from '../../run/run.ts'
import { readRecords } from '../read-records.ts'
import type { LookUpContext } from '../sweep/look-up-runs.ts'
import type { FactRecorder } from '../sweep/record-facts.ts'

/**
 * `followed`: the run has a record from now on. `recorded`: it had one already. `not-followed`: the policy does not follow
 * runs of its project. `undecided`: not yet, because the run may be ours, or DataZone does not show it.
 */
export type FollowResult =
  | { readonly outcome: 'followed'; readonly run: InFlightRun }
  | { readonly outcome: 'recorded' }
  | { readonly outcome: 'not-followed' }
  | { readonly outcome: 'undecided' }

const undecided: FollowResult = { outcome: 'undecided' }

/**
 * Creates a record for a foreign data source run, which sweeps and hints then follow like any other.
 * P1: a run that may be ours is never recorded as foreign. A run is ours only if its Start was claimed before this
 * function reads the records, because its event came after that Start. The single item per run id makes any other writer
 * of the same run come second.
 * @throws PortUnavailable when the table does not answer
 */
export const followForeignRun = async (
  foreign: ForeignRun,
  facts: FactRecorder,
  context: LookUpContext & { readonly following: { readonly followDataSourceRuns: readonly FollowRule[] } },
): Promise<FollowResult> => {
  const { store, datazone, clock } = context
  const { domainId, dataSourceId, runId } = foreign
  const { runs, unreadable } = await readRecords({ domainId, dataSourceId }, undefined, context)
  if (runs.some((run) => 'runId' in run && run.runId === runId)) return { outcome: 'recorded' }
  // P8: a record that this version cannot read may be the record of this run.
  if (unreadable.length > 0 || mayBeOurs(foreign, runs, clock.now())) return undecided

  const answer = await datazone.getSourceRun(domainId, runId)
  if (answer.outcome === 'refused') {
    facts.refused(answer.refusal)
    return undecided
  }
  const projectId = foreign.projectId ?? answer.value.projectId
  if (projectId === undefined) return undecided
  const known = { ...foreign, projectId }
  if (!isFollowed(context.following.followDataSourceRuns, known)) return { outcome: 'not-followed' }
  const result = await store.recordRunId(foreignRunRecord(known, answer.value, clock.now()))
  if (result.outcome !== 'recorded') return { outcome: 'recorded' }
  // The same Get may show that the run has ended.
  await facts.shown(result.run, answer.value)
  return { outcome: 'followed', run: result.run }
}
