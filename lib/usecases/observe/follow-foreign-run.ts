import {
  type FollowRule,
  type ForeignRun,
  foreignRunRecord,
  isFollowed,
  mayBeOurs,
} from '../../run/foreign-run.ts'
import type { InFlightRun } from '../../run/run.ts'
import { observe, type Pass, type SettleTools } from '../sweep/settle-runs.ts'

/**
 * `followed`: it is on a record of its own from now on. `recorded`: it is on one already. `undecided`: not now, for it
 * may be our own, or DataZone does not show it. `unwanted`: Get shows a project that the policy does not follow.
 */
export type Following =
  | { readonly outcome: 'followed'; readonly run: InFlightRun }
  | { readonly outcome: 'recorded' }
  | { readonly outcome: 'undecided' }
  | { readonly outcome: 'unwanted' }

const undecided: Following = { outcome: 'undecided' }

/**
 * Makes a record of a data source run that somebody else started, which sweeps and hints then follow like any other.
 * P1: a run that may be our own is none of somebody else's, and never guessed to be. It is ours only if its Start was
 * claimed before this reads the records, because its event came after that Start; so what the records do not show
 * cannot come about later. The only item of its run id sees to it that whoever else records the run is second.
 * @throws PortUnavailable when the table cannot answer
 */
export const followForeignRun = async (
  foreign: ForeignRun,
  pass: Pass,
  tools: SettleTools & { readonly following: { readonly followDataSourceRuns: readonly FollowRule[] } },
): Promise<Following> => {
  const { store, datazone, clock } = tools
  const { domainId, dataSourceId, runId } = foreign
  const { runs, unreadable } = await store.runsOf({ domainId, dataSourceId })
  if (runs.some((run) => 'runId' in run && run.runId === runId)) return { outcome: 'recorded' }
  // P8: what this version cannot read may be the record of this run.
  if (unreadable.length > 0 || mayBeOurs(foreign, runs, clock.now())) return undecided

  const answer = await datazone.getSourceRun(domainId, runId)
  if (answer.outcome === 'refused') {
    pass.problems.push(answer.refusal.name)
    return undecided
  }
  const seen = answer.value
  const projectId = foreign.projectId ?? seen.projectId
  if (projectId === undefined) return undecided
  const known = { ...foreign, projectId }
  if (!isFollowed(tools.following.followDataSourceRuns, known)) return { outcome: 'unwanted' }
  const recording = await store.recordRunId(foreignRunRecord(known, seen, clock.now()))
  if (recording.outcome !== 'recorded') return { outcome: 'recorded' }
  // It may be over by now; then this Get is its ending.
  await observe(recording.run, seen, pass, tools)
  return { outcome: 'followed', run: recording.run }
}
