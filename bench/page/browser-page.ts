import { setTimeout as delay } from 'node:timers/promises'
import { chromium, type Page as Tab } from 'playwright-core'
import type { Page } from '../../page/server/page-server.ts'
import { chromiumArguments, chromiumPath } from '../../test/support/chromium.ts'
import { openPageWorld, type PageWorld } from '../../test/support/page-world.ts'
import { allRuns, runAt, runCount } from './runs.ts'

/** Runs in the tab: sums the layout shifts that did not follow an input, as the browser reports them. */
const observeShifts = `
  globalThis.layoutShift = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.layoutShift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })`

/** Runs in the tab: notes when the overview shows its figures, in ms since the navigation began. */
const noteFigures = `{
  const look = () => {
    if (document.querySelector('.figures') === null) requestAnimationFrame(look)
    else requestAnimationFrame(() => { globalThis.figuresMs = performance.now() })
  }
  requestAnimationFrame(look)
}`

/** Waits until the page has its files and has read the table once. */
const firstRead = async ({ origin, port, url }: Page): Promise<void> => {
  const cookie = `dzrun_page_${port}=${new URL(url).searchParams.get('token')}`
  await fetch(origin, { headers: { cookie } })
  const stopped = new AbortController()
  const { body } = await fetch(`${origin}/api/stream`, { headers: { cookie }, signal: stopped.signal })
  for await (const chunk of body ?? []) if (Buffer.from(chunk).toString().includes('"inFlight"')) break
  stopped.abort()
}

/** A page with 10,000 runs and 3,000 assets, and a tab of a real Chromium that has not opened it yet. */
export const openBrowserPage = async () => {
  const world = await openPageWorld({ assets: 3000 })
  world.store.put(...allRuns(Date.now()))
  const page = await world.start()
  const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: [...chromiumArguments] })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  for (const script of ["localStorage.setItem('tour', 'done')", observeShifts, noteFigures])
    await context.addInitScript(script)
  const openTab = () => context.newPage()
  const tab = await openTab()
  await firstRead(page)
  const close = async () => {
    await browser.close()
    await world.close()
  }
  return { world, page, tab, openTab, close }
}

/** The bytes that the tab's heap holds after a forced collection. */
export const heapOf = async (tab: Tab): Promise<number> => {
  const session = await tab.context().newCDPSession(tab)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

const batchesPerSecond = 10

/** Changes `updatesPerSecond` runs a second. Returns a function that stops it. */
export const keepChanging = (world: PageWorld, updatesPerSecond: number) => {
  const stopped = new AbortController()
  const size = Math.max(1, Math.round(updatesPerSecond / batchesPerSecond))
  let next = 0
  const change = async () => {
    while (!stopped.signal.aborted) {
      const nowMs = Date.now()
      world.store.put(...Array.from({ length: size }, (_, at) => runAt((next + at) % runCount, nowMs)))
      next += size
      // A bench that fails must still end.
      await delay((1000 * size) / updatesPerSecond, undefined, { ref: false })
    }
  }
  const running = change()
  return async () => {
    stopped.abort()
    await running
  }
}
