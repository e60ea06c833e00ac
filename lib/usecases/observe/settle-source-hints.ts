import type { SourceHint } from '../../contracts/source-hint.ts'
import { reasonOf } from '../../errors.ts'
import { type FollowRule, type ForeignRun, isFollowed, mayBeOurs } from '../../run/foreign-run.ts'
import type { Mode } from '../../run/mode.ts'
import { present } from '../../run/present.ts'
import type { InFlightRun, Run } from '../../run/run.ts'
import { readRecords } from '../read-records.ts'
import { type LookUpContext, lookUpRuns } from '../sweep/look-up-runs.ts'
import type { FactRecorder, Findings } from '../sweep/record-facts.ts'
import type { HintAddress } from './address-hints.ts'
import { followForeignRun } from './follow-foreign-run.ts'
import type { HintFate, HintResult } from './hint-report.ts'

/** Which foreign data source runs are followed; in mode `run` only, because the other modes do nothing new. */
export interface FollowSettings {
  readonly mode: Mode
  /** The domains to serve; empty means all. */
  readonly domainIds: readonly string[]
  readonly followDataSourceRuns: readonly FollowRule[]
}

export interface SourceHintContext extends LookUpContext {
  readonly following: FollowSettings
}

/** What a hint is about: runs of ours to look up, a foreign run to follow, or neither, with the fate decided. */
type Subject =
  | { readonly address: HintAddress; readonly look: readonly InFlightRun[] }
  | { readonly address: HintAddress; readonly follow: ForeignRun }
  | { readonly address: HintAddress; readonly fate: HintFate }

/** Returns the foreign run that a hint may be about, if the policy follows it and the hint has all its ids. */
const foreignRunOf = (hint: SourceHint, { following }: SourceHintContext): ForeignRun | undefined => {
  const { domainId, dataSourceId, projectId, runId, eventId, happenedAtMs } = hint
  const isServed =
    following.mode === 'run' && (following.domainIds.length === 0 || following.domainIds.includes(domainId))
  if (!isServed || dataSourceId === undefined) return undefined
  if (runId === undefined || eventId === undefined) return undefined
  // The time of an ending says nothing about when the run began.
  const began = hint.phase === 'TRIGGERED' && happenedAtMs !== undefined ? { happenedAtMs } : {}
  const foreign = { domainId, dataSourceId, runId, eventId, ...present({ projectId }), ...began }
  return isFollowed(following.followDataSourceRuns, foreign) ? foreign : undefined
}

/** A run that began needs no look-up; one that ended does, unless its record says so already. */
const aboutRecorded = (hint: SourceHint, runs: readonly Run[], address: HintAddress): Subject => {
  const look = runs.filter((run) => run.state === 'IN_FLIGHT')
  return hint.phase === 'TRIGGERED' || look.length === 0 ? { address, fate: 'known' } : { address, look }
}

/** Finds the record that a hint is about: by its run id, else among the records of its data source. */
const subjectOf = async (hint: SourceHint, context: SourceHintContext): Promise<Subject> => {
  const { domainId, dataSourceId, runId } = hint
  const follow = foreignRunOf(hint, context)
  if (hint.phase === 'TRIGGERED' && follow === undefined) return { address: 'nothing', fate: 'known' }
  const holds = (run: Run) => run.subject.domainId === domainId && 'runId' in run && run.runId === runId
  if (runId !== undefined) {
    const found = (await context.store.byRunId(runId)).runs.filter(holds)
    if (found.length > 0) return aboutRecorded(hint, found, 'run')
  }
  if (dataSourceId === undefined) return { address: 'nothing', fate: 'early' }
  // The index of run ids may lag; these records are strongly consistent.
  const { runs, unreadable } = await readRecords({ domainId, dataSourceId }, undefined, context)
  const found = runId === undefined ? runs.filter((run) => run.state === 'IN_FLIGHT') : runs.filter(holds)
  if (found.length > 0) return aboutRecorded(hint, found, runId === undefined ? 'source' : 'run')
  if (follow !== undefined) return { address: 'source', follow }
  return {
    address: 'source',
    fate: unreadable.length > 0 || mayBeOurs({}, runs, context.clock.now()) ? 'early' : 'known',
  }
}

/** Follows each foreign run once, however many hints name it. */
const followEach = async (
  runs: ReadonlyMap<string, ForeignRun>,
  facts: FactRecorder,
  context: SourceHintContext,
): Promise<ReadonlyMap<string, HintFate>> => {
  const fates = new Map<string, HintFate>()
  for (const [key, foreign] of runs) {
    if (context.clock.now() >= context.deadlineMs) break
    try {
      const { outcome } = await followForeignRun(foreign, facts, context)
      fates.set(key, outcome === 'recorded' || outcome === 'not-followed' ? 'known' : outcome)
    } catch (error) {
      facts.problem(`follow ${foreign.runId}: ${reasonOf(error)}`)
    }
  }
  return fates
}

const keyOf = ({ domainId, runId }: Pick<ForeignRun, 'domainId' | 'runId'>): string => `${domainId} ${runId}`

/** Finds the subject of each hint. A hint whose records cannot be read returns to the queue. */
const subjectsOf = (
  hints: readonly SourceHint[],
  facts: FactRecorder,
  context: SourceHintContext,
): Promise<Subject[]> =>
  Promise.all(
    hints.map(async (hint): Promise<Subject> => {
      try {
        return await subjectOf(hint, context)
      } catch (error) {
        facts.problem(reasonOf(error))
        const isForeign = foreignRunOf(hint, context) !== undefined
        return { address: 'nothing', fate: isForeign ? 'undecided' : 'active' }
      }
    }),
  )

export interface SettledSourceHints extends Findings {
  /** One per hint, in order. */
  readonly hints: readonly HintResult[]
}

/**
 * Settles the runs that a batch of data source hints is about, with one Get per run, because only Get shows statistics and
 * lineage.
 */
export const settleSourceHints = async (
  hints: readonly SourceHint[],
  context: SourceHintContext,
): Promise<SettledSourceHints> => {
  const { facts, getEach } = lookUpRuns(context)
  const subjects = await subjectsOf(hints, facts, context)
  const look = new Map(
    subjects.flatMap((one) => ('look' in one ? one.look.map((run) => [run.runId, run] as const) : [])),
  )
  await getEach([...look.values()])
  const follow = new Map(
    subjects.flatMap((one) => ('follow' in one ? [[keyOf(one.follow), one.follow] as const] : [])),
  )
  const followed = await followEach(follow, facts, context)

  const findings = facts.findings()
  const ended = new Set(findings.ended.map(({ runId }) => runId))
  const resultOf = (one: Subject): HintResult => {
    if ('fate' in one) return one
    const { address } = one
    if ('follow' in one) return { address, fate: followed.get(keyOf(one.follow)) ?? 'undecided' }
    return { address, fate: one.look.some(({ runId }) => ended.has(runId)) ? 'settled' : 'active' }
  }
  return { ...findings, hints: subjects.map(resultOf) }
}
