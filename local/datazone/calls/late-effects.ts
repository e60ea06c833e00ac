import { createDueQueue, type Due } from '../world/due-queue.ts'

/** Calls that are answered before they take effect, and the clock that their effects see. */
export type LateEffects<Call> = {
  /** Returns the time of the clock, or, while a late effect is applied, the time at which it was due. */
  nowMs: () => number
  add: (dueAtMs: number, call: Call) => void
  /** Applies every effect that is due, in order, each at the time at which it was due. */
  applyDue: () => void
  /** Returns when the next effect is due, in epoch milliseconds. */
  nextMs: () => number | undefined
  /** Returns the calls that have not taken effect, in the order in which they are due. */
  waiting: () => readonly Due<Call>[]
}

/** Creates an empty list of late effects; `apply` makes a call take effect. */
export const createLateEffects = <Call>(
  clock: () => number,
  apply: (call: Call) => void,
): LateEffects<Call> => {
  const queue = createDueQueue<Call>()
  let heldAtMs: number | undefined
  return {
    nowMs: () => heldAtMs ?? clock(),
    add: queue.add,
    applyDue: () => {
      const nowMs = clock()
      for (let due = queue.takeDue(nowMs); due !== undefined; due = queue.takeDue(nowMs)) {
        heldAtMs = due.dueAtMs
        try {
          apply(due.item)
        } finally {
          heldAtMs = undefined
        }
      }
    },
    nextMs: queue.nextMs,
    waiting: queue.waiting,
  }
}
