const parentCheckMs = 200

/**
 * Calls `onExit` once the parent process has exited, if `npm run <npmScript>` started this process. npm sends its
 * SIGTERM to a shell between the two, which exits without passing the signal on. A process that was started in another
 * way, for example by `setsid`, keeps running without its parent.
 */
const watchParent = (npmScript: string, onExit: () => void): void => {
  if (process.env['npm_lifecycle_event'] !== npmScript) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) onExit()
  }, parentCheckMs).unref()
}

/** Resolves at the first Ctrl-C or SIGTERM that this process or the `npm run <npmScript>` that started it receives. */
export const shutdownSignal = (npmScript: string): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    watchParent(npmScript, resolve)
  })
