import type { OutputFlags } from './output.ts'

/** Progress is shown from here on, so that a quick command prints no more than its result. */
const quietMs = 2000

export interface Progress {
  /** Reports how much is done; `total` may become known, or grow, on the way. */
  readonly report: (done: number, total?: number) => void
  readonly end: () => void
}

const silent: Progress = { report: () => {}, end: () => {} }

/**
 * Shows a progress bar on stderr for work that takes more than two seconds. Shows none with `--quiet` or where stderr is
 * no terminal. Call `end` in a `finally`.
 * @param what what is counted, in the plural: `listings read`
 */
export const progressOf = (what: string, { quiet }: OutputFlags): Progress => {
  if (quiet === true || process.stderr.isTTY !== true) return silent
  const startedMs = Date.now()
  let done = 0
  let total: number | undefined
  let bar: { readonly update: () => void; readonly stop: () => void } | undefined
  let isOver = false

  const text = (): string => (total === undefined ? `${done} ${what}` : `${done} of ${total} ${what}`)
  const show = async () => {
    const { progress, spinner } = await import('@clack/prompts')
    if (isOver || bar !== undefined) return
    if (total === undefined) {
      const shown = spinner({ output: process.stderr })
      shown.start(text())
      bar = { update: () => shown.message(text()), stop: () => shown.stop(text()) }
      return
    }
    let drawn = 0
    const shown = progress({ max: total, output: process.stderr })
    shown.start(text())
    const update = () => {
      shown.advance(done - drawn, text())
      drawn = done
    }
    update()
    bar = { update, stop: () => shown.stop(text()) }
  }
  const timer = setTimeout(show, quietMs)
  timer.unref()

  return {
    report: (count, of) => {
      done = count
      total = of ?? total
      if (bar !== undefined) bar.update()
      else if (Date.now() - startedMs > quietMs) void show()
    },
    end: () => {
      isOver = true
      clearTimeout(timer)
      bar?.stop()
    },
  }
}
