import type { UnreadableRecord } from '../../ports/run-store.ts'
import type { HeldCounts } from '../../run/release-plan.ts'
import { type EndedRun, type Ending, isWaiting, type Run } from '../../run/run.ts'
import { planWork } from '../../run/sweep-plan.ts'
import type { Unrecognized } from '../../run/unrecognized.ts'
import { type AnnouncePorts, announce } from '../announce.ts'
import { batchesOf } from '../batches.ts'
import { type ReleaseContext, releaseWaiting } from './release-waiting.ts'
import { type SettlePorts, settleRuns } from './settle-runs.ts'
import { attempt } from './sweep-steps.ts'

export type SweepContext = AnnouncePorts & SettlePorts & ReleaseContext

export type SweeperSettings = SweepContext['settings']

/** What a sweep did, for the log and the metrics. */
export interface SweepReport {
  readonly due: number
  readonly announced: number
  readonly released: number
  /** Due records kept in the table without a write, by what keeps them. */
  readonly held: HeldCounts
  /** All parked records, due or not, by why they wait. Absent: they could not be counted, or not all of them. */
  readonly parked?: Readonly<Record<string, number>>
  readonly ended: Readonly<Partial<Record<Ending, number>>>
  /** Records this version must not act on. */
  readonly unreadable: readonly string[]
  /** Steps that failed, each with what failed; the next sweep tries again. */
  readonly problems: readonly string[]
  /** How often DataZone refused to show a run for want of a permission: how it ends nobody learns. */
  readonly denied: number
  /** What DataZone showed that this version does not know; told once. */
  readonly unheardOf: readonly Unrecognized[]
  /** The time for a part of it was over, so that something may be left to the next sweep. */
  readonly outOfTime: boolean
}

/**
 * Of the time of a sweep, what endings and events may take; the rest is left to releases, so that neither ever waits
 * for all of the other (P6). What they do not need, releases have besides.
 */
const shareOfWork = 2 / 3

const outOfTime = (tools: SweepContext): boolean => tools.clock.now() >= tools.deadlineMs

/** Announces in tens; a ten that fails as a whole does not keep the others from being sent. */
const announceAll = async (runs: readonly EndedRun[], problems: string[], tools: SweepContext) => {
  let announced = 0
  for (const batch of batchesOf(runs)) {
    if (outOfTime(tools)) break
    await attempt('announce', problems, async () => {
      const taken = await announce(batch, tools)
      if (taken < batch.length) problems.push(`announce: ${batch.length - taken} still owe their event`)
      announced += taken
    })
  }
  return announced
}

const countByEnding = (runs: readonly EndedRun[]): Partial<Record<Ending, number>> => {
  const counts: Partial<Record<Ending, number>> = {}
  for (const run of runs) counts[run.ending] = (counts[run.ending] ?? 0) + 1
  return counts
}

/** All that owes something but waiting. */
const readWork = async (nowMs: number, tools: SweepContext) => {
  const runs: Run[] = []
  const unreadable: UnreadableRecord[] = []
  for await (const page of tools.store.due(nowMs)) {
    runs.push(...page.runs)
    unreadable.push(...page.unreadable)
    if (outOfTime(tools)) break
  }
  return { runs, unreadable }
}

const describe = ({ key, problem }: UnreadableRecord): string => `${key.partition} ${key.record}: ${problem}`

/**
 * One pass of the poller: announce what is owed, bring in-flight runs up to date and announce their endings, then
 * release what waits and count it. The clock is read once for all of it. Two sweeps at once do no harm: every write is
 * conditional, and repeats of an event carry the same id.
 * @throws PortUnavailable when the table cannot be read at all
 */
export const sweepRuns = async (tools: SweepContext): Promise<SweepReport> => {
  const nowMs = tools.clock.now()
  const working = { ...tools, deadlineMs: nowMs + (tools.deadlineMs - nowMs) * shareOfWork }
  const problems: string[] = []
  const due = await readWork(nowMs, working)
  const work = planWork(due.runs, nowMs, tools.settings)
  let announced = await announceAll(work.announce, problems, working)
  const ended: EndedRun[] = []
  const unheardOf: Unrecognized[] = []
  let denied = 0
  for (const runs of work.domains) {
    if (outOfTime(working)) break
    const domainId = runs[0]?.subject.domainId ?? ''
    await attempt(`settle ${domainId}`, problems, async () => {
      const settlement = await settleRuns(runs, working)
      ended.push(...settlement.ended)
      unheardOf.push(...settlement.unheardOf)
      denied += settlement.denied
      problems.push(...settlement.problems.map((name) => `settle ${domainId}: ${name}`))
      announced += await announceAll(settlement.ended, problems, working)
    })
  }
  const isWorkCut = outOfTime(working)
  const releases = await releaseWaiting(due.runs.filter(isWaiting), nowMs, tools)
  return {
    due: due.runs.length + releases.due,
    announced,
    released: releases.released,
    held: releases.held,
    ...(releases.parked === undefined ? {} : { parked: releases.parked }),
    ended: countByEnding(ended),
    unreadable: [...due.unreadable, ...releases.unreadable].map(describe),
    problems: [...problems, ...releases.problems],
    denied,
    unheardOf,
    outOfTime: isWorkCut || outOfTime(tools),
  }
}
