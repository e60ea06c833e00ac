/** An item, and when it is due. */
export type Due<Item> = Readonly<{ dueAtMs: number; item: Item }>

/**
 * Items in the order in which they are due. Items that are due at the same time keep the order in which they were
 * added.
 */
export type DueQueue<Item> = {
  add: (dueAtMs: number, item: Item) => void
  /** Returns when the first item is due; undefined for an empty queue. */
  nextMs: () => number | undefined
  /** Removes and returns the first item if it is due by `nowMs`. */
  takeDue: (nowMs: number) => Due<Item> | undefined
  /** Returns every item in its order, and removes none. */
  waiting: () => readonly Due<Item>[]
}

type Node<Item> = Due<Item> & Readonly<{ sequence: number }>

const isBefore = (one: Node<unknown>, other: Node<unknown>): boolean =>
  one.dueAtMs === other.dueAtMs ? one.sequence < other.sequence : one.dueAtMs < other.dueAtMs

/** Creates an empty queue, which is a binary heap. */
export const createDueQueue = <Item>(): DueQueue<Item> => {
  const heap: Node<Item>[] = []
  let added = 0

  const rise = (node: Node<Item>): void => {
    let at = heap.push(node) - 1
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]
      if (parent === undefined || !isBefore(node, parent)) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = node
  }
  const smallerChildAt = (at: number): number => {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * at + 2 : 2 * at + 1
  }
  const sink = (node: Node<Item>): void => {
    let at = 0
    for (;;) {
      const childAt = smallerChildAt(at)
      const child = heap[childAt]
      if (child === undefined || isBefore(node, child)) break
      heap[at] = child
      at = childAt
    }
    heap[at] = node
  }
  return {
    add: (dueAtMs, item) => {
      rise({ dueAtMs, item, sequence: added })
      added += 1
    },
    nextMs: () => heap[0]?.dueAtMs,
    takeDue: (nowMs) => {
      const first = heap[0]
      if (first === undefined || first.dueAtMs > nowMs) return undefined
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) sink(last)
      return first
    },
    waiting: () =>
      heap
        .toSorted((one, other) => (isBefore(one, other) ? -1 : 1))
        .map(({ dueAtMs, item }) => ({ dueAtMs, item })),
  }
}
