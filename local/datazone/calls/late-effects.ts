import { createDueQueue } from '../world/due-queue.ts'

/** Effects of calls that were answered before they took effect, and the clock that they see. */
export type LateEffects = {
  /** The clock, or, while a late effect is had, its moment. */
  nowMs: () => number
  add: (dueAtMs: number, effect: () => unknown) => void
  /** Has every effect that is due, in turn, each at its own moment. */
  applyDue: () => void
  nextMs: () => number | undefined
}

/** None yet, on this clock. */
export const createLateEffects = (clock: () => number): LateEffects => {
  const queue = createDueQueue<() => unknown>()
  let heldAtMs: number | undefined
  return {
    nowMs: () => heldAtMs ?? clock(),
    add: queue.add,
    applyDue: () => {
      const nowMs = clock()
      for (let due = queue.takeDue(nowMs); due !== undefined; due = queue.takeDue(nowMs)) {
        heldAtMs = due.dueAtMs
        try {
          due.item()
        } finally {
          heldAtMs = undefined
        }
      }
    },
    nextMs: queue.nextMs,
  }
}
