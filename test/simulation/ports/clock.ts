import type { Random } from './random.ts'

/**
 * Virtual time: an ordered list of scheduled actions, which alone move the clock.
 *
 * One action runs at a time. Everything that it starts (resolved promises, and every `await` behind them) finishes before
 * the next action begins, so the order of everything is the order of this list, which the seed decides.
 */
export interface VirtualTime {
  /** Returns the time in whole milliseconds since the epoch, like `Date.now`. */
  now(): number
  /** Schedules an action for `atMs`, or as the next one if that has passed. The seed orders the actions of one moment. */
  at(atMs: number, action: () => void): void
  /**
   * Runs actions until none are left, or none up to and including `untilMs`, where the clock then stands. Returns how many
   * it ran. A call during a run joins that run, which goes as far as any of its callers asked.
   */
  run(untilMs?: number): Promise<number>
  /** Returns how many actions are scheduled. */
  ahead(): number
}

interface Due {
  readonly atMs: number
  readonly lot: number
  readonly order: number
  readonly action: () => void
}

const isBefore = (left: Due, right: Due): boolean =>
  left.atMs !== right.atMs
    ? left.atMs < right.atMs
    : left.lot !== right.lot
      ? left.lot < right.lot
      : left.order < right.order

/** Creates a binary heap with the earliest action on top. */
const heapOf = () => {
  const heap: Due[] = []
  const at = (index: number): Due | undefined => heap[index]
  const swap = (left: number, right: number) => {
    const [one, other] = [heap[left], heap[right]]
    if (one === undefined || other === undefined) return
    heap[left] = other
    heap[right] = one
  }
  const precedes = (left: number, right: number): boolean => {
    const [one, other] = [at(left), at(right)]
    return one !== undefined && (other === undefined || isBefore(one, other))
  }
  return {
    first: () => at(0),
    size: () => heap.length,
    add: (due: Due) => {
      let child = heap.push(due) - 1
      while (child > 0) {
        const parent = (child - 1) >> 1
        if (precedes(parent, child)) return
        swap(parent, child)
        child = parent
      }
    },
    take: (): Due | undefined => {
      const [top, last] = [heap[0], heap.pop()]
      if (top === undefined || last === undefined || heap.length === 0) return top
      heap[0] = last
      for (let parent = 0; ; ) {
        const left = 2 * parent + 1
        const child = precedes(left + 1, left) ? left + 1 : left
        if (!precedes(child, parent)) return top
        swap(child, parent)
        parent = child
      }
    },
  }
}

/**
 * Calls back once no promise has work left. Node runs its nextTick queue only after V8's microtask queue is empty, so a tick
 * that is requested in a microtask comes exactly then, however long the chains of `await` are. This costs no turn of the
 * event loop, and no promise.
 */
const whenQuiet = (then: () => void): void => queueMicrotask(() => process.nextTick(then))

/** Timers and sockets of the test runner get a turn after this number of actions. Nothing simulated waits for either. */
const actionsPerTurn = 4096

/** Creates virtual time that begins at `startMs` and advances only in `run`. */
export const virtualTime = (startMs: number, random: Random): VirtualTime => {
  const ahead = heapOf()
  let nowMs = startMs
  let scheduled = 0
  /** How far the run in progress goes, and where it leaves the clock. */
  let horizonMs = startMs
  let standsAtMs = startMs

  /** The promise of the run in progress, and how many actions it has run. */
  let over: PromiseWithResolvers<number> | undefined
  let taken = 0

  const stop = () => {
    const waiting = over
    nowMs = Math.max(nowMs, standsAtMs)
    // Cleared in the same turn as the last look at the list, so that a later `run` starts anew and does not join this one.
    over = undefined
    horizonMs = nowMs
    return waiting
  }

  const takeNext = () => {
    const next = ahead.first()
    if (next === undefined || next.atMs > horizonMs) return stop()?.resolve(taken)
    ahead.take()
    nowMs = Math.max(nowMs, next.atMs)
    try {
      next.action()
    } catch (error) {
      return stop()?.reject(error)
    }
    taken += 1
    if (taken % actionsPerTurn === 0) setImmediate(whenQuiet, takeNext)
    else whenQuiet(takeNext)
  }

  const takeAll = (): Promise<number> => {
    taken = 0
    over = Promise.withResolvers<number>()
    whenQuiet(takeNext)
    return over.promise
  }

  return {
    now: () => Math.floor(nowMs),
    at: (atMs, action) => {
      scheduled += 1
      ahead.add({ atMs: Math.max(nowMs, atMs), lot: random.next(), order: scheduled, action })
    },
    run: (untilMs = Number.POSITIVE_INFINITY) => {
      horizonMs = Math.max(horizonMs, untilMs)
      if (Number.isFinite(untilMs)) standsAtMs = Math.max(standsAtMs, untilMs)
      return over === undefined ? takeAll() : over.promise
    },
    ahead: ahead.size,
  }
}
