import { createDueQueue, type Due } from '../world/due-queue.ts'

/** Calls that were answered before they take effect, and the clock that their effects see. */
export type LateEffects<Call> = {
  /** The clock, or, while a late effect is applied, the moment that it was due. */
  nowMs: () => number
  add: (dueAtMs: number, call: Call) => void
  /** Applies every effect that is due, in turn, each at its own moment. */
  applyDue: () => void
  nextMs: () => number | undefined
  /** The calls that still wait, by the time they are due. */
  waiting: () => readonly Due<Call>[]
}

/** No late effects yet, on this clock; `apply` gives a call its effect. */
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
