import type { UnreadableRecord } from '../../ports/run-store.ts'
import { present } from '../../run/present.ts'
import type { HeldCounts } from '../../run/release-plan.ts'
import { type EndedRun, type Ending, type InFlightRun, isWaiting, type Run } from '../../run/run.ts'
import { planWork } from '../../run/sweep-plan.ts'
import type { Unrecognized } from '../../run/unrecognized.ts'
import { type AnnouncePorts, announce } from '../announce.ts'
import { batchesOf } from '../batches.ts'
import { attemptStep } from './attempt-step.ts'
import type { Findings } from './record-facts.ts'
import { type ReleaseContext, releaseWaiting } from './release-waiting.ts'
import { type SettleContext, settleRuns } from './settle-runs.ts'
import { workThrough } from './work-through.ts'

export type SweepContext = AnnouncePorts & SettleContext & ReleaseContext

export type SweeperSettings = SweepContext['settings']

/** What a sweep did, for the log and the metrics. */
export interface SweepReport {
  readonly due: number
  /** How many runs DataZone was working on when the sweep began. */
  readonly inFlight: number
  readonly announced: number
  /** How long the oldest event had been owed when the sweep began, in whole seconds. 0: none was. */
  readonly owedSeconds: number
  readonly released: number
  /** Due records kept in the table without a write, by what holds them. */
  readonly held: HeldCounts
  /** All parked records, due or not, by the reason why they wait. Absent when not all of them could be counted. */
  readonly parked?: Readonly<Record<string, number>>
  /** For each reason, when its next parked record is due, in ms since the epoch. Absent when `parked` is. */
  readonly nextAtMs?: Readonly<Record<string, number>>
  readonly ended: Readonly<Partial<Record<Ending, number>>>
  /** Records this version must not act on. */
  readonly unreadable: readonly string[]
  /** Steps that failed, each with its reason; the next sweep tries again. */
  readonly problems: readonly string[]
  /** How many reads DataZone refused for a missing permission. */
  readonly denied: number
  /** How many runs were left to Gets because List was refused or took too long. */
  readonly readWithoutList: number
  /** Statuses and types that this version does not know, each reported once. */
  readonly unrecognized: readonly Unrecognized[]
  /** Whether time ran out for a part of the work, so that some of it may be left to the next sweep. */
  readonly outOfTime: boolean
}

/**
 * The share of a sweep's time for endings and events. The rest is for releases, so that neither waits for all of the other
 * (P6). Releases also get the time that endings and events leave.
 */
const shareOfWork = 2 / 3

const outOfTime = (context: SweepContext): boolean => context.clock.now() >= context.deadlineMs

/** Batches that are announced at once. */
const concurrentBatches = 4

/** A batch that takes this long, in ms, with no event accepted shows that the bus does not answer. */
const silenceMs = 4000

/**
 * Returns a function that announces runs in batches and returns how many were announced. A batch that fails as a whole does
 * not keep the others from being sent, but a bus that does not answer is waited for once in a sweep.
 */
const announcer = (context: SweepContext, problems: string[]) => {
  const { clock } = context
  const onProblem = (problem: string) => void problems.push(problem)
  let isSilent = false
  let announced = 0
  const announceBatch = async (batch: readonly EndedRun[]): Promise<void> => {
    const startMs = clock.now()
    const taken = await announce(batch, context)
    announced += taken
    if (taken < batch.length) onProblem(`announce: ${batch.length - taken} events still owed`)
    if (taken > 0 || isSilent || clock.now() - startMs < silenceMs) return
    isSilent = true
    onProblem('announce: the bus does not answer; left to the next sweep')
  }
  return async (runs: readonly EndedRun[]): Promise<number> => {
    const before = announced
    await workThrough(
      batchesOf(runs),
      concurrentBatches,
      (batch) => attemptStep('announce', onProblem, () => announceBatch(batch)),
      () => isSilent || outOfTime(context),
    )
    return announced - before
  }
}

const countByEnding = (runs: readonly EndedRun[]): Partial<Record<Ending, number>> => {
  const counts: Partial<Record<Ending, number>> = {}
  for (const run of runs) counts[run.ending] = (counts[run.ending] ?? 0) + 1
  return counts
}

const owedSecondsOf = (owing: readonly EndedRun[], nowMs: number): number =>
  Math.floor((nowMs - owing.reduce((oldestMs, run) => Math.min(oldestMs, run.detectedAtMs), nowMs)) / 1000)

/** Reads the records that owe something, except parked ones. */
const readWork = async (nowMs: number, context: SweepContext) => {
  const runs: Run[] = []
  const unreadable: UnreadableRecord[] = []
  for await (const page of context.store.due(nowMs)) {
    runs.push(...page.runs)
    unreadable.push(...page.unreadable)
    if (outOfTime(context)) break
  }
  return { runs, unreadable }
}

/** The share of a domain's time for settling its runs. The rest is for announcing the endings that it finds. */
const shareOfSettling = 0.8

/**
 * Settles one domain after the other and announces its endings. A domain that fails does not hold up the others, and each
 * gets an equal share of the time that those before it left.
 */
const settleDomains = async (
  domains: readonly (readonly InFlightRun[])[],
  problems: string[],
  announceAll: (runs: readonly EndedRun[]) => Promise<number>,
  context: SweepContext,
) => {
  const { clock, deadlineMs } = context
  const all: Findings[] = []
  let announced = 0
  for (const [index, runs] of domains.entries()) {
    if (outOfTime(context)) break
    const domainId = runs[0]?.subject.domainId ?? ''
    const nowMs = clock.now()
    const shareMs = (deadlineMs - nowMs) / (domains.length - index)
    const settling = { ...context, deadlineMs: nowMs + shareMs * shareOfSettling }
    const onProblem = (problem: string) => void problems.push(problem)
    await attemptStep(`settle ${domainId}`, onProblem, async () => {
      const findings = await settleRuns(runs, settling)
      all.push(findings)
      problems.push(...findings.problems.map((problem) => `settle ${domainId}: ${problem}`))
      announced += await announceAll(findings.ended)
    })
  }
  return {
    announced,
    ended: all.flatMap(({ ended }) => ended),
    unrecognized: all.flatMap(({ unrecognized }) => unrecognized),
    denied: all.reduce((sum, { denied }) => sum + denied, 0),
    isCut: all.some(({ isCut }) => isCut),
    readWithoutList: all.reduce((sum, { readWithoutList }) => sum + readWithoutList, 0),
  }
}

const describe = ({ key, problem }: UnreadableRecord): string => `${key.partition} ${key.record}: ${problem}`

/**
 * Runs one pass of the poller: announces owed events, brings in-flight runs up to date and announces their endings, then
 * releases waiting records and counts the parked ones. One reading of the clock decides what is due. Two sweeps at once do
 * no harm: every write is conditional, and repeats of an event carry the same id.
 * @throws PortUnavailable when the table cannot be read at all
 */
export const sweepRuns = async (context: SweepContext): Promise<SweepReport> => {
  const nowMs = context.clock.now()
  const working = { ...context, deadlineMs: nowMs + (context.deadlineMs - nowMs) * shareOfWork }
  const problems: string[] = []
  const due = await readWork(nowMs, working)
  const work = planWork(due.runs, nowMs, context.settings)
  const announceAll = announcer(working, problems)
  const announced = await announceAll(work.announce)
  const settled = await settleDomains(work.domains, problems, announceAll, working)
  const isWorkCut = outOfTime(working)
  const releases = await releaseWaiting(due.runs.filter(isWaiting), nowMs, context)
  return {
    due: due.runs.length + releases.due,
    inFlight: due.runs.filter(({ state }) => state === 'IN_FLIGHT').length,
    announced: announced + settled.announced,
    owedSeconds: owedSecondsOf(work.announce, nowMs),
    released: releases.released,
    held: releases.held,
    ...present({ parked: releases.parked, nextAtMs: releases.nextAtMs }),
    ended: countByEnding(settled.ended),
    unreadable: [...due.unreadable, ...releases.unreadable].map(describe),
    problems: [...problems, ...releases.problems],
    denied: settled.denied,
    readWithoutList: settled.readWithoutList,
    unrecognized: settled.unrecognized,
    outOfTime: settled.isCut || isWorkCut || outOfTime(context),
  }
}
