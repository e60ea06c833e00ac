const lookEveryMs = 200

/**
 * Calls once the parent is gone, if npm started this script: npm gives its SIGTERM to the shell between them, which
 * ends and tells nobody. Where a shell is left on purpose, as by `setsid`, this goes on.
 */
const onOrphaned = (npmScript: string, ended: () => void): void => {
  if (process.env['npm_lifecycle_event'] !== npmScript) return
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) ended()
  }, lookEveryMs).unref()
}

/** Resolves at the first Ctrl-C or SIGTERM, to this process or to the `npm run <npmScript>` that started it. */
export const toldToStop = (npmScript: string): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    onOrphaned(npmScript, resolve)
  })
