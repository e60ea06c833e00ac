/**
 * Works through a queue, `count` items at a time, until it is empty or `isOver`. Emptying the queue stops it after the
 * items in progress.
 */
export const workThrough = async <T>(
  queue: T[],
  count: number,
  work: (item: T) => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<void> => {
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      if (isOver()) return
      await work(item)
    }
  }
  await Promise.all(Array.from({ length: count }, worker))
}
