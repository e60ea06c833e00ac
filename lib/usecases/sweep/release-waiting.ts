import type { Release } from '../../contracts/release.ts'
import type { Clock } from '../../ports/clock.ts'
import type { RequestQueue } from '../../ports/request-queue.ts'
import type { RunStore, UnreadableRecord } from '../../ports/run-store.ts'
import { runKey, targetOf } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import type { HeldCounts } from '../../run/release-plan.ts'
import { isWaiting, type ParkedRun, type WaitingRun } from '../../run/run.ts'
import { planWaiting, type SweepSettings } from '../../run/sweep-plan.ts'
import { transition } from '../../run/transition.ts'
import { batchesOf } from '../batches.ts'
import { attemptStep } from './attempt-step.ts'
import { countParked, type HoldPorts, readHolds } from './held-work.ts'

export interface ReleaseContext extends HoldPorts {
  readonly store: RunStore
  readonly queue: RequestQueue
  readonly clock: Clock
  readonly settings: SweepSettings & {
    /** A released record that no starter took up is released again after this long, in ms. */
    readonly releaseHoldMs: number
  }
  /** Stop before this, in ms since the epoch. */
  readonly deadlineMs: number
}

export interface Releases {
  /** How many due parked records were read. */
  readonly due: number
  readonly released: number
  readonly held: HeldCounts
  /** All parked records, due or not, by the reason why they wait. Absent when not all of them could be counted. */
  readonly parked?: Readonly<Record<string, number>>
  /** For each reason, when its next record is due, in ms since the epoch. Absent when `parked` is. */
  readonly nextAtMs?: Readonly<Record<string, number>>
  readonly unreadable: readonly UnreadableRecord[]
  readonly problems: readonly string[]
}

interface Backlog {
  readonly runs: readonly WaitingRun[]
  readonly unreadable: readonly UnreadableRecord[]
  /** Whether the whole backlog was read. */
  readonly isWhole: boolean
}

const outOfTime = ({ clock, deadlineMs }: ReleaseContext): boolean => clock.now() >= deadlineMs

/** Reads due parked records, oldest first, in at most half of the time that is left: the other half releases them. */
const readBacklog = async (nowMs: number, problems: string[], context: ReleaseContext): Promise<Backlog> => {
  const startMs = context.clock.now()
  const stopAtMs = startMs + (context.deadlineMs - startMs) / 2
  const runs: WaitingRun[] = []
  const unreadable: UnreadableRecord[] = []
  let isWhole = false
  await attemptStep(
    'waiting',
    (problem) => void problems.push(problem),
    async () => {
      for await (const page of context.store.waiting(nowMs)) {
        runs.push(...page.runs.filter(isWaiting))
        unreadable.push(...page.unreadable)
        if (context.clock.now() >= stopAtMs) return
      }
      isWhole = true
    },
  )
  return { runs, unreadable, isWhole }
}

/** Marks a record as released. One that cannot be written must not hold up the others. */
const markReleased = async (
  run: WaitingRun,
  problems: string[],
  { settings, store, clock }: ReleaseContext,
): Promise<boolean> => {
  const nowMs = clock.now()
  const next = transition(run, { kind: 'RELEASED', holdUntilMs: nowMs + settings.releaseHoldMs }, nowMs)
  let saved: ParkedRun | undefined
  await attemptStep(
    'release',
    (problem) => void problems.push(problem),
    async () => {
      saved = next.outcome === 'changed' ? await store.save(next.run) : undefined
    },
  )
  return saved !== undefined
}

/**
 * Releases due parked records, and claims whose lease ended: first the record (so that two sweeps or a slow queue release it
 * once), then the message, delayed over the period so that live requests go first.
 */
const releaseAll = async (
  runs: readonly WaitingRun[],
  problems: string[],
  context: ReleaseContext,
): Promise<number> => {
  const { settings, queue } = context
  let released = 0
  for (const batch of batchesOf(runs)) {
    if (outOfTime(context)) break
    await attemptStep(
      'release',
      (problem) => void problems.push(problem),
      async () => {
        const releases: { release: Release; delaySeconds: number }[] = []
        for (const run of batch) {
          if (!(await markReleased(run, problems, context))) continue
          const share = (released + releases.length) / settings.maxReleases
          releases.push({
            release: { release: 1, ...targetOf(run.subject), record: runKey(run).record },
            delaySeconds: Math.floor((share * settings.periodMs) / 1000),
          })
        }
        if (releases.length === 0) return
        const taken = await queue.release(releases)
        released += taken.filter(Boolean).length
        if (taken.includes(false)) problems.push('release: the queue did not accept every message')
      },
    )
  }
  return released
}

/** Counts the records parked until later by reason; undefined when not all could be read. */
const countLater = async (
  nowMs: number,
  problems: string[],
  context: ReleaseContext,
): Promise<
  { readonly counts: ReadonlyMap<string, number>; readonly nextAtMs: Record<string, number> } | undefined
> => {
  const counts = new Map<string, number>()
  const nextAtMs: Record<string, number> = {}
  let isWhole = false
  await attemptStep(
    'count',
    (problem) => void problems.push(problem),
    async () => {
      if (outOfTime(context)) return
      for await (const page of context.store.parkedAfter(nowMs)) {
        for (const { reason, atMs } of page) {
          counts.set(reason, (counts.get(reason) ?? 0) + 1)
          nextAtMs[reason] = Math.min(nextAtMs[reason] ?? atMs, atMs)
        }
        if (outOfTime(context)) return
      }
      isWhole = true
    },
  )
  return isWhole ? { counts, nextAtMs } : undefined
}

/**
 * Releases waiting records, then counts the parked ones while there is time; a partial count is dropped, because it would
 * be read as the whole. Where breakers or switches cannot be read, nothing is released on a guess.
 * @param claims claims whose lease has ended
 * @param nowMs the time at which the sweep began: a record that is due later is left to the next sweep
 */
export const releaseWaiting = async (
  claims: readonly WaitingRun[],
  nowMs: number,
  context: ReleaseContext,
): Promise<Releases> => {
  const problems: string[] = []
  const { runs, unreadable, isWhole } = await readBacklog(nowMs, problems, context)
  const waiting = [...claims, ...runs]
  let released = 0
  let held: HeldCounts = {}
  let parked: Releases['parked']
  let nextAtMs: Releases['nextAtMs']
  await attemptStep(
    'holds',
    (problem) => void problems.push(problem),
    async () => {
      const holds = await readHolds(waiting, context)
      const plan = planWaiting(waiting, nowMs, context.settings, holds)
      held = plan.held
      released = await releaseAll(plan.release, problems, context)
      const later = isWhole ? await countLater(nowMs, problems, context) : undefined
      if (later === undefined) return
      parked = countParked(waiting, plan, later.counts)
      nextAtMs = later.nextAtMs
    },
  )
  const due = runs.length
  return { due, released, held, unreadable, problems, ...present({ parked, nextAtMs }) }
}
