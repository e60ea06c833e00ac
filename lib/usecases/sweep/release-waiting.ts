import type { Release } from '../../contracts/release.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'
import type { RunStore, UnreadableRecord } from '../../ports/run-store.ts'
import { runKey, targetOf } from '../../run/identity.ts'
import type { HeldCounts } from '../../run/release-plan.ts'
import { isWaiting, type ParkedRun, type WaitingRun } from '../../run/run.ts'
import { planWaiting, type SweepSettings } from '../../run/sweep-plan.ts'
import { transition } from '../../run/transition.ts'
import { batchesOf } from '../batches.ts'
import { countParked, type HoldPorts, readHolds } from './held-work.ts'
import { attempt } from './sweep-steps.ts'

export interface ReleaseContext extends HoldPorts {
  readonly store: RunStore
  readonly queue: RequestQueue
  readonly clock: Clock
  readonly settings: SweepSettings & {
    /** A released record that nobody took up is released again after this long, in ms. */
    readonly releaseHoldMs: number
  }
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

export interface Releases {
  /** How many parked records were read that are due. */
  readonly due: number
  readonly released: number
  readonly held: HeldCounts
  /** All parked records, due or not, by why they wait. Absent: they could not be counted, or not all of them. */
  readonly parked?: Readonly<Record<string, number>>
  readonly unreadable: readonly UnreadableRecord[]
  readonly problems: readonly string[]
}

interface Backlog {
  readonly runs: readonly WaitingRun[]
  readonly unreadable: readonly UnreadableRecord[]
  /** All of it was read. */
  readonly isWhole: boolean
}

const outOfTime = ({ clock, deadlineMs }: ReleaseContext): boolean => clock.now() >= deadlineMs

/** What is parked and due, oldest first; in at most half of the time that is left, because the other half releases it. */
const readBacklog = async (nowMs: number, problems: string[], tools: ReleaseContext): Promise<Backlog> => {
  const startMs = tools.clock.now()
  const stopAtMs = startMs + (tools.deadlineMs - startMs) / 2
  const runs: WaitingRun[] = []
  const unreadable: UnreadableRecord[] = []
  let isWhole = false
  await attempt('waiting', problems, async () => {
    for await (const page of tools.store.waiting(nowMs)) {
      runs.push(...page.runs.filter(isWaiting))
      unreadable.push(...page.unreadable)
      if (tools.clock.now() >= stopAtMs) return
    }
    isWhole = true
  })
  return { runs, unreadable, isWhole }
}

/** The record first. One that cannot be written must not hold up the others. */
const markReleased = async (
  run: WaitingRun,
  problems: string[],
  { settings, store, clock }: ReleaseContext,
): Promise<boolean> => {
  const nowMs = clock.now()
  const next = transition(run, { kind: 'RELEASED', holdUntilMs: nowMs + settings.releaseHoldMs }, nowMs)
  let saved: ParkedRun | undefined
  await attempt('release', problems, async () => {
    saved = next.outcome === 'changed' ? await store.save(next.run) : undefined
  })
  return saved !== undefined
}

/**
 * Puts due parked records, and claims whose lease ended, back on the queue: the record first (so that two sweeps, or a
 * slow queue, release it once), then the message, spread over the period so that live requests go first.
 */
const releaseAll = async (
  runs: readonly WaitingRun[],
  problems: string[],
  tools: ReleaseContext,
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

/** How many records wait until later, by their reason; undefined where not all could be read. */
const countLater = async (
  nowMs: number,
  problems: string[],
  tools: ReleaseContext,
): Promise<ReadonlyMap<string, number> | undefined> => {
  const counts = new Map<string, number>()
  let isWhole = false
  await attempt('count', problems, async () => {
    if (outOfTime(tools)) return
    for await (const reasons of tools.store.parkedAfter(nowMs)) {
      for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
      if (outOfTime(tools)) return
    }
    isWhole = true
  })
  return isWhole ? counts : undefined
}

/**
 * Releases what waits, and counts what is parked once that is done and while there is time: a count of a part would be
 * taken for the whole. What cannot be read is not released on a guess.
 * @param claims those whose lease has ended
 * @param nowMs the sweep's one reading of the clock: a record that comes due meanwhile is not due in this sweep
 */
export const releaseWaiting = async (
  claims: readonly WaitingRun[],
  nowMs: number,
  tools: ReleaseContext,
): Promise<Releases> => {
  const problems: string[] = []
  const { runs, unreadable, isWhole } = await readBacklog(nowMs, problems, tools)
  const waiting = [...claims, ...runs]
  let released = 0
  let held: HeldCounts = {}
  let parked: Releases['parked']
  await attempt('holds', problems, async () => {
    const holds = await readHolds(waiting, tools)
    const plan = planWaiting(waiting, nowMs, tools.settings, holds)
    held = plan.held
    released = await releaseAll(plan.release, problems, tools)
    const later = isWhole ? await countLater(nowMs, problems, tools) : undefined
    if (later !== undefined) parked = countParked(waiting, plan, later)
  })
  const due = runs.length
  return { due, released, held, unreadable, problems, ...(parked === undefined ? {} : { parked }) }
}
