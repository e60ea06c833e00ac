import { setTimeout as delay } from 'node:timers/promises'

/** Calls `act` again and again, one call after the other, until it is stopped. Calls must end when the signal is aborted. */
export const repeatUntilStopped = (
  act: (signal: AbortSignal) => Promise<void>,
  options: {
    /** The pause after a failed call. */
    readonly retryMs: number
    readonly onProblem: (error: unknown) => void
  },
) => {
  const stopped = new AbortController()
  const { signal } = stopped
  const run = async (): Promise<void> => {
    while (!signal.aborted)
      await act(signal).catch(async (error: unknown) => {
        if (signal.aborted) return
        options.onProblem(error)
        await delay(options.retryMs, undefined, { signal, ref: false }).catch(() => {})
      })
  }
  const running = run()
  return {
    /** Resolves when the last call has ended. */
    stop: async (): Promise<void> => {
      stopped.abort()
      await running
    },
  }
}
