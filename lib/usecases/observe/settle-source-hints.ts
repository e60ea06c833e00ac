import type { SourceHint } from '../../contracts/source-hint.ts'
import { reasonOf } from '../../errors.ts'
import { type FollowRule, type ForeignRun, isFollowed, mayBeOurs } from '../../run/foreign-run.ts'
import type { Mode } from '../../run/mode.ts'
import { present } from '../../run/present.ts'
import type { InFlightRun, Run } from '../../run/run.ts'
import { getEach, type Pass, type SettleTools } from '../sweep/settle-runs.ts'
import { followForeignRun } from './follow-foreign-run.ts'
import type { HintAddress, HintFate } from './settle-hints.ts'

/** Which data source runs of others are followed; in mode `run` only, because the others do nothing new. */
export interface FollowSettings {
  readonly mode: Mode
  /** Domains to work for; empty: all. */
  readonly domainIds: readonly string[]
  readonly followDataSourceRuns: readonly FollowRule[]
}

export interface SourceHintContext extends SettleTools {
  readonly following: FollowSettings
}

/** What a hint is about: a run of ours to look at, one of others to follow, or neither, and then its fate is known. */
type Subject =
  | { readonly address: HintAddress; readonly look: readonly InFlightRun[] }
  | { readonly address: HintAddress; readonly follow: ForeignRun }
  | { readonly address: HintAddress; readonly fate: HintFate }

/** The run of others that a hint may be about, where the policy wants it and the hint tells all that it takes. */
const wantedRun = (hint: SourceHint, { following }: SourceHintContext): ForeignRun | undefined => {
  const { domainId, dataSourceId, projectId, runId, eventId, happenedAtMs } = hint
  const isServed =
    following.mode === 'run' && (following.domainIds.length === 0 || following.domainIds.includes(domainId))
  if (!isServed || dataSourceId === undefined) return undefined
  if (runId === undefined || eventId === undefined) return undefined
  // That a run ended says nothing of when it began.
  const began = hint.phase === 'TRIGGERED' && happenedAtMs !== undefined ? { happenedAtMs } : {}
  const foreign = { domainId, dataSourceId, runId, eventId, ...present({ projectId }), ...began }
  return isFollowed(following.followDataSourceRuns, foreign) ? foreign : undefined
}

/** A run that began is no reason to look; one that ended is, while the record does not say so. */
const aboutRecorded = (hint: SourceHint, runs: readonly Run[], address: HintAddress): Subject => {
  const look = runs.filter((run) => run.state === 'IN_FLIGHT')
  return hint.phase === 'TRIGGERED' || look.length === 0 ? { address, fate: 'known' } : { address, look }
}

/** Which record a hint is about: by its run id, else by what the records of its data source say. */
const subjectOf = async (hint: SourceHint, tools: SourceHintContext): Promise<Subject> => {
  const { domainId, dataSourceId, runId } = hint
  const follow = wantedRun(hint, tools)
  if (hint.phase === 'TRIGGERED' && follow === undefined) return { address: 'nothing', fate: 'known' }
  const holds = (run: Run) => run.subject.domainId === domainId && 'runId' in run && run.runId === runId
  if (runId !== undefined) {
    const found = (await tools.store.byRunId(runId)).runs.filter(holds)
    if (found.length > 0) return aboutRecorded(hint, found, 'run')
  }
  if (dataSourceId === undefined) return { address: 'nothing', fate: 'early' }
  // The index of run ids may be behind; these are as of now.
  const { runs, unreadable } = await tools.store.runsOf({ domainId, dataSourceId })
  const found = runId === undefined ? runs.filter((run) => run.state === 'IN_FLIGHT') : runs.filter(holds)
  if (found.length > 0) return aboutRecorded(hint, found, runId === undefined ? 'source' : 'run')
  if (follow !== undefined) return { address: 'source', follow }
  return {
    address: 'source',
    fate: unreadable.length > 0 || mayBeOurs({}, runs, tools.clock.now()) ? 'early' : 'known',
  }
}

/** Several events about one foreign run are one to follow. */
const followEach = async (
  runs: ReadonlyMap<string, ForeignRun>,
  pass: Pass,
  tools: SourceHintContext,
): Promise<ReadonlyMap<string, HintFate>> => {
  const fates = new Map<string, HintFate>()
  for (const [key, foreign] of runs) {
    if (tools.clock.now() >= tools.deadlineMs) break
    try {
      const following = await followForeignRun(foreign, pass, tools)
      fates.set(
        key,
        following.outcome === 'recorded' || following.outcome === 'unwanted' ? 'known' : following.outcome,
      )
    } catch (error) {
      pass.problems.push(`follow ${foreign.runId}: ${reasonOf(error)}`)
    }
  }
  return fates
}

const keyOf = ({ domainId, runId }: Pick<ForeignRun, 'domainId' | 'runId'>): string => `${domainId} ${runId}`

/**
 * Looks at what a batch of data source hints is about: one Get for each run, because only Get tells statistics and
 * lineage. What has ended is in `pass`, to be announced. Answers what became of each hint, in their order.
 */
export const settleSourceHints = async (
  hints: readonly SourceHint[],
  pass: Pass,
  tools: SourceHintContext,
): Promise<readonly { readonly address: HintAddress; readonly fate: HintFate }[]> => {
  const subjects = await Promise.all(
    hints.map(async (hint): Promise<Subject> => {
      try {
        return await subjectOf(hint, tools)
      } catch (error) {
        pass.problems.push(reasonOf(error))
        return { address: 'nothing', fate: wantedRun(hint, tools) === undefined ? 'active' : 'undecided' }
      }
    }),
  )
  const look = new Map(
    subjects.flatMap((one) => ('look' in one ? one.look.map((run) => [run.runId, run] as const) : [])),
  )
  await getEach([...look.values()], pass, tools)
  const follow = new Map(
    subjects.flatMap((one) => ('follow' in one ? [[keyOf(one.follow), one.follow] as const] : [])),
  )
  const followed = await followEach(follow, pass, tools)

  const ended = new Set(pass.ended.map(({ runId }) => runId))
  return subjects.map((one) => {
    if ('fate' in one) return one
    const { address } = one
    if ('follow' in one) return { address, fate: followed.get(keyOf(one.follow)) ?? 'undecided' }
    return { address, fate: one.look.some(({ runId }) => ended.has(runId)) ? 'settled' : 'active' }
  })
}
