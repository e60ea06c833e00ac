import type { Release } from '../contracts/release.ts'
import { runKey, targetOf } from '../run/identity.ts'
import type { Held, Holds } from '../run/release-plan.ts'
import type { ClaimedRun, EndedRun, Ending, ParkedRun, Run } from '../run/run.ts'
import { planSweep, type SweepPlan, type SweepSettings } from '../run/sweep-plan.ts'
import { transition } from '../run/transition.ts'
import type { UnheardOf } from '../run/unheard-of.ts'
import { type AnnouncePorts, announce } from './announce.ts'
import { countParked, type HoldPorts, readHolds } from './held-work.ts'
import { type SettlePorts, settleRuns } from './settle-runs.ts'

export interface SweeperSettings extends SweepSettings {
  /** A released record that nobody took up is released again after this long, in ms. */
  readonly releaseHoldMs: number
}

export interface SweeperTools extends AnnouncePorts, SettlePorts, HoldPorts {
  readonly settings: SweeperSettings
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

/** What a sweep did, for the log and the metrics. */
export interface SweepReport {
  readonly due: number
  readonly announced: number
  readonly released: number
  /** Due records kept in the table without a write, by what keeps them. */
  readonly held: Held
  /** All parked records, due or not, by why they wait. Absent: they could not be counted. */
  readonly parked?: Readonly<Record<string, number>>
  readonly ended: Readonly<Partial<Record<Ending, number>>>
  /** Records this version must not act on. */
  readonly unreadable: readonly string[]
  /** Steps that failed, each with what failed; the next sweep tries again. */
  readonly problems: readonly string[]
  /** What DataZone showed that this version does not know; told once. */
  readonly unheardOf: readonly UnheardOf[]
  readonly outOfTime: boolean
}

const batchSize = 10

const batchesOf = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / batchSize) }, (_, index) =>
    items.slice(index * batchSize, (index + 1) * batchSize),
  )

const outOfTime = (tools: SweeperTools): boolean => tools.clock.now() >= tools.deadlineMs

/** Announces in tens; a ten that fails as a whole does not keep the others from being sent. */
const announceAll = async (runs: readonly EndedRun[], problems: string[], tools: SweeperTools) => {
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

const attempt = async (step: string, problems: string[], work: () => Promise<void>): Promise<void> => {
  try {
    await work()
  } catch (error) {
    problems.push(`${step}: ${error instanceof Error ? error.message : 'failed'}`)
  }
}

/**
 * Puts due parked records, and claims whose lease ended, back on the queue: the record first (so that two sweeps, or a
 * slow queue, release it once), then the message, spread over the period so that live requests go first.
 */
const releaseAll = async (
  runs: readonly (ParkedRun | ClaimedRun)[],
  problems: string[],
  tools: SweeperTools,
): Promise<number> => {
  const { settings, queue } = tools
  let released = 0
  for (const batch of batchesOf(runs)) {
    if (outOfTime(tools)) break
    await attempt('release', problems, async () => {
      const releases: { release: Release; delaySeconds: number }[] = []
      for (const run of batch) {
        if (!(await markReleased(run, problems, tools))) continue
        const share = (released + releases.length) / settings.maxReleases
        releases.push({
          release: { release: 1, ...targetOf(run.subject), record: runKey(run).record },
          delaySeconds: Math.floor((share * settings.periodMs) / 1000),
        })
      }
      if (releases.length === 0) return
      const taken = await queue.release(releases)
      released += taken.filter(Boolean).length
      if (taken.includes(false)) problems.push('release: the queue did not take every message')
    })
  }
  return released
}

/** The record first. One that cannot be written must not hold up the others. */
const markReleased = async (
  run: ParkedRun | ClaimedRun,
  problems: string[],
  { settings, store, clock }: SweeperTools,
): Promise<boolean> => {
  const nowMs = clock.now()
  const next = transition(run, { kind: 'RELEASED', holdUntilMs: nowMs + settings.releaseHoldMs }, nowMs)
  let saved: ParkedRun | undefined
  await attempt('release', problems, async () => {
    saved = next.outcome === 'changed' ? await store.save(next.run) : undefined
  })
  return saved !== undefined
}

const countByEnding = (runs: readonly EndedRun[]): Partial<Record<Ending, number>> => {
  const counts: Partial<Record<Ending, number>> = {}
  for (const run of runs) counts[run.ending] = (counts[run.ending] ?? 0) + 1
  return counts
}

/** What to do, and how much is parked. What cannot be read holds up releases, but neither endings nor events. */
const decide = async (
  due: readonly Run[],
  problems: string[],
  tools: SweeperTools,
): Promise<{ readonly plan: SweepPlan; readonly parked?: Readonly<Record<string, number>> }> => {
  const nowMs = tools.clock.now()
  let holds: Holds | undefined
  let parkedLater: ReadonlyMap<string, number> | undefined
  await attempt('holds', problems, async () => {
    holds = await readHolds(due, tools)
  })
  // A count of a part would be taken for the whole.
  if (!outOfTime(tools)) {
    await attempt('count', problems, async () => {
      parkedLater = await tools.store.parkedAfter(nowMs)
    })
  }
  const planned = planSweep(due, nowMs, tools.settings, holds)
  const plan = holds === undefined ? { ...planned, release: [] } : planned
  return parkedLater === undefined ? { plan } : { plan, parked: countParked(due, plan, parkedLater) }
}

/**
 * One pass of the poller: announce what is owed, release what waits, bring in-flight runs up to date and announce their
 * endings. Two sweeps at once do no harm: every write is conditional, and repeats of an event carry the same id.
 * @throws PortUnavailable when the table cannot be read at all
 */
export const sweepRuns = async (tools: SweeperTools): Promise<SweepReport> => {
  const problems: string[] = []
  const unreadable: string[] = []
  const due: Run[] = []
  for await (const page of tools.store.due(tools.clock.now())) {
    due.push(...page.runs)
    unreadable.push(
      ...page.unreadable.map((record) => `${record.key.partition} ${record.key.record}: ${record.problem}`),
    )
    if (outOfTime(tools)) break
  }
  const { plan, parked } = await decide(due, problems, tools)
  let announced = await announceAll(plan.announce, problems, tools)
  const released = await releaseAll(plan.release, problems, tools)
  const ended: EndedRun[] = []
  const unheardOf: UnheardOf[] = []
  for (const runs of plan.domains) {
    if (outOfTime(tools)) break
    const domainId = runs[0]?.subject.domainId ?? ''
    await attempt(`settle ${domainId}`, problems, async () => {
      const settlement = await settleRuns(runs, tools)
      ended.push(...settlement.ended)
      unheardOf.push(...settlement.unheardOf)
      problems.push(...settlement.problems.map((name) => `settle ${domainId}: ${name}`))
      announced += await announceAll(settlement.ended, problems, tools)
    })
  }
  return {
    due: due.length,
    announced,
    released,
    held: plan.held,
    ...(parked === undefined ? {} : { parked }),
    ended: countByEnding(ended),
    unreadable,
    problems,
    unheardOf,
    outOfTime: outOfTime(tools),
  }
}
