const parentCheckMs = 200

/**
 * Calls `onExit` once the parent process has exited, if `npm run <npmScript>` started this one. npm sends its SIGTERM
 * to a shell between the two, and that shell exits without passing the signal on. A process that was started in some
 * other way, for example by `setsid`, keeps running without its parent.
 */
const watchParent = (npmScript: string, onExit: () => void): void => {
  if (process.env['npm_lifecycle_event'] !== npmScript) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) onExit()
  }, parentCheckMs).unref()
}

/** Resolves at the first Ctrl-C or SIGTERM sent to this process, or to the `npm run <npmScript>` that started it. */
export const shutdownSignal = (npmScript: string): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    watchParent(npmScript, resolve)
  })
