import type { Slot } from '../../run/pace.ts'

/** A message's place in its batch. Every place ends with `leave`; `slot` may come once before. */
export interface Place {
  /** Waits until every other place has asked or left, then answers when this one may send Start. */
  slot(): Promise<Slot>
  /** Asks for nothing (more). */
  leave(): void
}

/**
 * One reservation for a whole batch: the messages of a batch are handled side by side, and only those that get as far
 * as Start need a slot. Each place either asks or leaves; when the last one has, the slots are reserved in one go.
 */
export const slotGate = (
  places: number,
  reserve: (count: number) => Promise<readonly Slot[]>,
): (() => Place) => {
  let undecided = places
  const waiting: PromiseWithResolvers<Slot>[] = []

  const decided = () => {
    undecided -= 1
    if (undecided > 0 || waiting.length === 0) return
    reserve(waiting.length).then(
      (slots) => {
        waiting.forEach((place, index) => {
          const slot = slots[index]
          if (slot === undefined) place.reject(new Error('the pace handed out too few slots'))
          else place.resolve(slot)
        })
      },
      (error: unknown) => {
        for (const place of waiting) place.reject(error)
      },
    )
  }

  return () => {
    let open = true
    return {
      slot() {
        if (!open) throw new Error('a place asks for one slot only, and not after it left')
        open = false
        const place = Promise.withResolvers<Slot>()
        waiting.push(place)
        decided()
        return place.promise
      },
      leave() {
        if (!open) return
        open = false
        decided()
      },
    }
  }
}
