import type { Slot } from '../../run/pace.ts'

/** A message's place in its batch. Every place ends with `leave`; `slot` may be called once before. */
export interface Place {
  /** Waits until every other place has asked for a slot or left, then returns the slot in which to send Start. */
  slot(): Promise<Slot>
  /** Leaves the batch: the message needs no slot, or no further one. */
  leave(): void
}

const handOut = (slots: readonly Slot[], waiting: readonly PromiseWithResolvers<Slot>[]): void => {
  waiting.forEach((place, index) => {
    const slot = slots[index]
    if (slot === undefined) place.reject(new Error('the pace handed out too few slots'))
    else place.resolve(slot)
  })
}

/**
 * Makes one slot reservation for a whole batch. The messages of a batch are handled concurrently, and only those that
 * reach Start need a slot. When the last place has asked or left, the slots are reserved in one write.
 */
export const slotGate = (
  places: number,
  reserve: (count: number) => Promise<readonly Slot[]>,
): (() => Place) => {
  let undecided = places
  const waiting: PromiseWithResolvers<Slot>[] = []

  const decide = () => {
    undecided -= 1
    if (undecided > 0 || waiting.length === 0) return
    reserve(waiting.length).then(
      (slots) => handOut(slots, waiting),
      (error: unknown) => {
        for (const place of waiting) place.reject(error)
      },
    )
  }

  return () => {
    let isOpen = true
    return {
      slot() {
        if (!isOpen) throw new Error('a place can ask for one slot only, before it leaves')
        isOpen = false
        const place = Promise.withResolvers<Slot>()
        waiting.push(place)
        decide()
        return place.promise
      },
      leave() {
        if (!isOpen) return
        isOpen = false
        decide()
      },
    }
  }
}
