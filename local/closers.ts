/** Things to close, the last opened first. */
export interface Closers {
  add(close: () => Promise<unknown>): void
  /** Closes all, even when some fail; a second call waits for the first. */
  close(): Promise<void>
}

/** Starts with nothing to close. */
export function closers(): Closers {
  const open: (() => Promise<unknown>)[] = []
  let closing: Promise<void> | undefined

  const closeAll = async () => {
    const errors: unknown[] = []
    for (const close of open.toReversed()) await close().catch((error: unknown) => errors.push(error))
    if (errors.length > 0) throw new AggregateError(errors, 'Not everything could be closed')
  }
  return {
    add: (close) => void open.push(close),
    close: () => {
      closing ??= closeAll()
      return closing
    },
  }
}
