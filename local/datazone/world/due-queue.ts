/** An item and the time that it is due. */
export type Due<Item> = Readonly<{ dueAtMs: number; item: Item }>

/** Items that wait for their time. Items with the same time keep the order in which they were added. */
export type DueQueue<Item> = {
  add: (dueAtMs: number, item: Item) => void
  /** The earliest time; undefined when nothing waits. */
  nextMs: () => number | undefined
  /** Takes out the earliest item that is due by this moment, if there is one. */
  takeDue: (nowMs: number) => Due<Item> | undefined
  /** Every item that waits, in the order in which they would be taken out. */
  waiting: () => readonly Due<Item>[]
}

type Node<Item> = Due<Item> & Readonly<{ sequence: number }>

const isBefore = (one: Node<unknown>, other: Node<unknown>): boolean =>
  one.dueAtMs === other.dueAtMs ? one.sequence < other.sequence : one.dueAtMs < other.dueAtMs

/** An empty queue: a binary heap. */
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
