/** The clock and timers of a scheduler. */
export interface SchedulerClock {
  now(): number
  /** Calls `callback` once after a delay. Returns a function that cancels the call. */
  after(delayMs: number, callback: () => void): () => void
}

/** The clock and timers of this machine. */
const machineClock: SchedulerClock = {
  now: Date.now,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** A scheduled time at which the target was not called or failed. */
export interface Misfire {
  readonly atMs: number
  readonly reason: string
}

export interface RunningSchedule {
  /** Returns the newest misfires, oldest first. */
  misfires(): readonly Misfire[]
  /** Stops firing and waits for firings in progress. */
  stop(): Promise<void>
}

/** How many misfires are kept, which bounds the memory of a stack that runs for days. */
const keptMisfires = 1_000

/**
 * Starts a schedule that fires every period. Times are counted from the start, so a late timer does not delay later
 * firings. A time at which the last firing is still running is skipped, unless `overlap` is true.
 */
export function startSchedule(options: {
  readonly periodMs: number
  /** Calls the target. Rejects when the target failed. */
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
      // Skips the times that passed while the machine was asleep.
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
