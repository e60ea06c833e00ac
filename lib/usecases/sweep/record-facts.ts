import { reasonOf } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Refusal, ServiceRun } from '../../ports/datazone.ts'
import type { RunStore } from '../../ports/run-store.ts'
import type { Fact } from '../../run/facts.ts'
import { present } from '../../run/present.ts'
import { isOverdue } from '../../run/read-plan.ts'
import { nextAttempt } from '../../run/retry.ts'
import { type EndedRun, type InFlightRun, owesCancel, type Run } from '../../run/run.ts'
import { meaningOfStatus } from '../../run/service-status.ts'
import type { SweepSettings } from '../../run/sweep-plan.ts'
import { transition } from '../../run/transition.ts'
import { findUnrecognized, type Unrecognized } from '../../run/unrecognized.ts'

export interface FactContext {
  readonly store: RunStore
  readonly clock: Clock
  readonly settings: Pick<SweepSettings, 'runDeadlineMs'>
}

/** What the facts recorded so far led to. */
export interface Findings {
  readonly ended: readonly EndedRun[]
  /** Reads that DataZone refused, by its error name, and writes that failed: those runs stay as they are. */
  readonly problems: readonly string[]
  /** How many of those reads were refused for a missing permission. */
  readonly denied: number
  /** How many runs were left to Gets because List was refused or took too long. */
  readonly readWithoutList: number
  /** Whether runs are left to the next sweep because time ran out. */
  readonly isCut: boolean
  /** Statuses and types that the recorded changes brought for the first time. */
  readonly unrecognized: readonly Unrecognized[]
}

/** Records facts about runs in flight and remembers what they led to. Each fact writes only a change (P11). */
export interface FactRecorder {
  /** Records what List showed of a run. */
  shown(run: InFlightRun, seen: ServiceRun): Promise<void>
  /** Records what Get showed of a run: as `shown`, but a run still active past its deadline is given up (P9). */
  got(run: InFlightRun, seen: ServiceRun): Promise<void>
  /** P9: records that a run past its deadline got no answer; after a whole day of that it is given up. */
  unanswered(run: InFlightRun): Promise<void>
  /** Records that DataZone answered 404 for a run. */
  missing(run: InFlightRun): Promise<void>
  refused(refusal: Refusal): void
  /** Notes that time ran out before every run was read. */
  cut(): void
  problem(text: string): void
  /** Notes that runs are left to Gets, because List was refused or took too long. */
  leftToGets(count: number, cause: 'was refused' | 'took too long'): void
  /** Remembers that DataZone was asked to cancel a run, whatever it answered. */
  cancelTried(run: InFlightRun): void
  /** Returns the runs that were found past their deadline and owe a cancel since, each once. */
  takeOverdue(): readonly InFlightRun[]
  findings(): Findings
}

/** An ending that the policy answers with another attempt is written together with that attempt, or alone. */
const saveRun = async (run: Run, { store, clock }: FactContext): Promise<Run | undefined> => {
  const next = run.state === 'ENDED' ? nextAttempt(run, clock.now()) : undefined
  if (run.state !== 'ENDED' || next === undefined) return store.save(run)
  const result = await store.endWithNext({ ...run, willRetry: true }, next)
  switch (result.outcome) {
    case 'saved':
      return result.ended
    case 'exists':
      // A sender asked to regenerate meanwhile: the next attempt exists, so the policy adds none.
      return store.save(run)
    case 'changed':
      return undefined
    default:
      return result satisfies never
  }
}

const observed = (seen: ServiceRun): Fact => {
  const { runId, nativeStatus, typeStats, statistics, lineageStatus, error } = seen
  return {
    kind: 'OBSERVED',
    runId,
    nativeStatus,
    ...present({ typeStats, statistics, lineageStatus, error }),
  }
}

/** Applies one fact and returns the run as saved; undefined when nothing changed or another write won. */
const factWriter = (context: FactContext, ended: EndedRun[], problems: string[]) => {
  return async (run: InFlightRun, fact: Fact): Promise<Run | undefined> => {
    const next = transition(run, fact, context.clock.now())
    if (next.outcome !== 'changed') return undefined
    try {
      const saved = await saveRun(next.run, context)
      if (saved?.state === 'ENDED') ended.push(saved)
      return saved
    } catch (error) {
      // A record that cannot be written must not hold up the others of its domain.
      problems.push(reasonOf(error))
      return undefined
    }
  }
}

/** Returns a recorder that starts with no findings. */
export const factRecorder = (context: FactContext): FactRecorder => {
  const ended: EndedRun[] = []
  const problems: string[] = []
  const unrecognized: Unrecognized[] = []
  const overdue: InFlightRun[] = []
  const tried = new Set<string>()
  let denied = 0
  let readWithoutList = 0
  let isCut = false
  const write = factWriter(context, ended, problems)
  const isPastDeadline = (run: InFlightRun) =>
    isOverdue(run, context.clock.now(), context.settings.runDeadlineMs)

  const shown: FactRecorder['shown'] = async (run, seen) => {
    const saved = await write(run, observed(seen))
    if (saved !== undefined) unrecognized.push(...findUnrecognized(run, seen))
  }
  return {
    shown,
    async got(run, seen) {
      const isActive = meaningOfStatus(run.subject.kind, seen.nativeStatus).phase === 'active'
      if (!isActive || !isPastDeadline(run)) return shown(run, seen)
      const cancelTried = tried.has(run.runId) ? (true as const) : undefined
      const fact = { kind: 'OVERDUE', nativeStatus: seen.nativeStatus, ...present({ cancelTried }) } as const
      const saved = await write(run, fact)
      if (saved !== undefined && owesCancel(saved) && cancelTried === undefined) overdue.push(saved)
    },
    async unanswered(run) {
      if (isPastDeadline(run)) await write(run, { kind: 'UNANSWERED' })
    },
    async missing(run) {
      await write(run, { kind: 'MISSING' })
    },
    refused({ kind, name }) {
      problems.push(name)
      if (kind === 'DENIED') denied += 1
    },
    cut() {
      isCut = true
    },
    problem: (text) => void problems.push(text),
    leftToGets(count, cause) {
      readWithoutList += count
      problems.push(`List ${cause}: read ${count} runs with Get instead`)
    },
    cancelTried: ({ runId }) => void tried.add(runId),
    takeOverdue: () => overdue.splice(0),
    findings: () => ({ ended, problems, denied, readWithoutList, isCut, unrecognized }),
  }
}
