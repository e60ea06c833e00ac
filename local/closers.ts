/** Collects the close functions of opened resources and calls them in reverse order. */
export interface Closers {
  add(close: () => Promise<unknown>): void
  /**
   * Calls every close function, even after one fails, and then throws an AggregateError. A second call waits for the
   * first.
   */
  close(): Promise<void>
}

/** Creates an empty collection. */
export function closers(): Closers {
  const open: (() => Promise<unknown>)[] = []
  let closing: Promise<void> | undefined

  const closeAll = async () => {
    const errors: unknown[] = []
    for (const close of open.toReversed()) await close().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw new AggregateError(errors, 'Failed to close some resources')
  }
  return {
    add: (close) => void open.push(close),
    close: () => {
      closing ??= closeAll()
      return closing
    },
  }
}

/** Opens what needs several resources. If a step fails, closes what was opened by then. */
export async function openTogether<T>(open: (opened: Closers) => Promise<T>): Promise<T> {
  const opened = closers()
  try {
    return await open(opened)
  } catch (error) {
    await opened.close()
    throw error
  }
}
