import type { OutputFlags } from './output.ts'

/** Progress appears after this time, so that a quick command prints only its result. */
const quietMs = 2000

export interface Progress {
  /** Reports how much is done; `total` may become known, or grow, on the way. */
  readonly report: (done: number, total?: number) => void
  readonly end: () => void
}

const silent: Progress = { report: () => {}, end: () => {} }

interface Display {
  readonly update: () => void
  readonly stop: () => void
}

interface Count {
  done: number
  total: number | undefined
}

/** Draws a bar, or a spinner while the total is unknown. */
const display = async (count: Count, text: () => string): Promise<Display> => {
  const { progress, spinner } = await import('@clack/prompts')
  const output = process.stderr
  if (count.total === undefined) {
    const shown = spinner({ output })
    shown.start(text())
    return { update: () => shown.message(text()), stop: () => shown.stop(text()) }
  }
  let drawn = 0
  const shown = progress({ max: count.total, output })
  shown.start(text())
  const update = () => {
    shown.advance(count.done - drawn, text())
    drawn = count.done
  }
  update()
  return { update, stop: () => shown.stop(text()) }
}

/**
 * Shows a progress bar on stderr for work that takes more than two seconds. Shows none with `--quiet` or when
 * stderr is not a terminal. Call `end` in a `finally`.
 * @param what the things counted, in the plural: `listings read`
 */
export const progressOf = (what: string, { quiet }: OutputFlags): Progress => {
  if (quiet === true || process.stderr.isTTY !== true) return silent
  const startedMs = Date.now()
  const count: Count = { done: 0, total: undefined }
  let shown: Display | 'opening' | undefined
  let isOver = false

  const text = (): string =>
    count.total === undefined ? `${count.done} ${what}` : `${count.done} of ${count.total} ${what}`
  const show = async () => {
    if (isOver || shown !== undefined) return
    shown = 'opening'
    const opened = await display(count, text)
    shown = opened
    if (isOver) opened.stop()
  }
  const timer = setTimeout(show, quietMs)
  timer.unref()

  return {
    report: (done, total) => {
      count.done = done
      count.total = total ?? count.total
      if (typeof shown === 'object') shown.update()
      else if (Date.now() - startedMs > quietMs) void show()
    },
    end: () => {
      isOver = true
      clearTimeout(timer)
      if (typeof shown === 'object') shown.stop()
    },
  }
}
