/** Time, as the scheduler sees it. */
export interface SchedulerClock {
  now(): number
  /** Calls back once, later; the result cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

/** The machine's own time. */
const machineClock: SchedulerClock = {
  now: Date.now,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A time at which the target did not run, or ran and failed. */
export interface Misfire {
  readonly atMs: number
  readonly reason: string
}

/** A schedule that is firing. */
export interface RunningSchedule {
  misfires(): readonly Misfire[]
  /** Fires no more; what was fired last is awaited. */
  stop(): Promise<void>
}

/** The newest misfires are kept, so that a stack left alone for days keeps a bounded list. */
const keptMisfires = 1_000

/**
 * Fires every period. Each time is counted from the first, so a late timer does not move the ones after it;
 * a time that comes while the last firing still runs is skipped, unless `overlap` says otherwise.
 */
export function startSchedule(options: {
  readonly periodMs: number
  /** Throws, or rejects, when the firing failed. */
  readonly fire: (scheduledAtMs: number) => Promise<void>
  readonly overlap?: boolean
  readonly clock?: SchedulerClock
}): RunningSchedule {
  const { periodMs, fire, overlap = false, clock = machineClock } = options
  const misfires: Misfire[] = []
  const running = new Set<Promise<void>>()
  const startedAtMs = clock.now()
  let cancel = () => {}

  const record = (atMs: number, reason: string) => {
    misfires.push({ atMs, reason })
    if (misfires.length > keptMisfires) misfires.shift()
  }
  const launch = (atMs: number) => {
    if (running.size > 0 && !overlap) return record(atMs, 'the last firing was still running')
    const firing = fire(atMs)
      .catch((error: unknown) => record(atMs, error instanceof Error ? error.message : String(error)))
      .finally(() => running.delete(firing))
    running.add(firing)
  }
  const arm = (count: number) => {
    const atMs = startedAtMs + count * periodMs
    cancel = clock.after(Math.max(0, atMs - clock.now()), () => {
      launch(atMs)
      // Times that passed while the machine slept are not made up for.
      arm(Math.max(count + 1, Math.ceil((clock.now() - startedAtMs) / periodMs)))
    })
  }
  arm(1)
  return {
    misfires: () => [...misfires],
    stop: async () => {
      cancel()
      await Promise.all(running)
    },
  }
}
