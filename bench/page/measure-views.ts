import type { Page as Tab } from 'playwright-core'
import { keepChanging, type openBrowserPage } from './browser-page.ts'
import { milliseconds, report } from './report.ts'

type BrowserPage = Awaited<ReturnType<typeof openBrowserPage>>

const searches = [
  'asset-1',
  'asset-12',
  'asset-123',
  'failed',
  '',
  'run-99',
  'asset-9 run-9',
  '7',
  'project',
  'nothing',
]
const framesMs = 20_000
const longFrameMs = 100

/** In the tab: the ms until the effect of an action is drawn. */
const drawn = (action: string): string => `new Promise((resolve) => {
  const before = performance.now()
  ${action}
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - before)))
})`

/** In the tab: types a text into the search. */
const search = (text: string): string =>
  drawn(`const box = document.querySelector('input[type=search]')
  box.value = ${JSON.stringify(text)}
  box.dispatchEvent(new Event('input', { bubbles: true }))`)

/** In the tab: the times between two frames of the next `ms`, longest first. */
const frameGaps = (ms: number): string => `new Promise((resolve) => {
  const gaps = []
  const began = performance.now()
  let last = began
  const frame = (now) => {
    gaps.push(now - last)
    last = now
    if (now - began < ${ms}) requestAnimationFrame(frame)
    else resolve(gaps.sort((left, right) => right - left))
  }
  requestAnimationFrame(frame)
})`

const shiftOf = async (tab: Tab): Promise<string> =>
  Number(await tab.evaluate('globalThis.layoutShift')).toFixed(4)

const loads = 5

/** Loads the overview several times in new tabs, as a viewer opens it, and reports the medians. */
const measureFirstContent = async ({ page, openTab }: BrowserPage): Promise<void> => {
  const painted: number[] = []
  const figures: number[] = []
  for (let load = 0; load < loads; load += 1) {
    const tab = await openTab()
    await tab.goto(page.url)
    await tab.waitForFunction('globalThis.figuresMs !== undefined')
    figures.push(Number(await tab.evaluate('globalThis.figuresMs')))
    const paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    painted.push(Number(await tab.evaluate(paint)))
    await tab.close()
  }
  const words = (times: number[]) => {
    times.sort((left, right) => left - right)
    return `median ${milliseconds(times[Math.floor(loads / 2)] ?? 0)}, longest ${milliseconds(times.at(-1) ?? 0)}`
  }
  report('first contentful paint', words(painted))
  report('figures of the overview drawn', words(figures))
}

const measureFilters = async ({ page, tab }: BrowserPage): Promise<void> => {
  await tab.goto(page.url)
  await tab.goto(`${page.origin}/runs`)
  await tab.getByText('10,000 runs').waitFor()
  const times: number[] = []
  for (const text of searches) times.push(await tab.evaluate(search(text)))
  times.sort((left, right) => left - right)
  report(
    'filter 10,000 runs, to the drawn frame',
    `median ${milliseconds(times[searches.length / 2] ?? 0)}, longest ${milliseconds(times.at(-1) ?? 0)}`,
  )
  await tab.evaluate(search(''))
}

/** The frames of an empty page: what the other processes of the machine do to them. */
const measureEmptyPage = async ({ openTab }: BrowserPage): Promise<void> => {
  const tab = await openTab()
  const gaps: readonly number[] = await tab.evaluate(frameGaps(framesMs))
  const long = gaps.filter((gap) => gap > longFrameMs).length
  report(
    'an empty page for 20 s, to compare',
    `longest frame ${milliseconds(gaps[0] ?? 0)}, over 100 ms: ${long} of ${gaps.length}`,
  )
  await tab.close()
}

const measureFrames = async ({ world, page, tab }: BrowserPage): Promise<void> => {
  const stop = keepChanging(world, 100)
  for (const [name, path, shown] of [
    ['Overview', '/', 'Endings a minute'],
    ['Runs', '/runs', '10,000 runs'],
    ['Assets', '/assets', '3,000 published'],
  ] as const) {
    await tab.goto(page.origin + path)
    await tab.getByText(shown).waitFor()
    await tab.evaluate(frameGaps(1000))
    const gaps: readonly number[] = await tab.evaluate(frameGaps(framesMs))
    const long = gaps.filter((gap) => gap > longFrameMs).length
    report(
      `100 updates a second for 20 s, ${name}`,
      `longest frame ${milliseconds(gaps[0] ?? 0)}, over 100 ms: ${long} of ${gaps.length}; layout shift ${await shiftOf(tab)}`,
    )
  }
  await stop()
}

const measureAssets = async ({ page, tab }: BrowserPage): Promise<void> => {
  await tab.goto(`${page.origin}/runs`)
  await tab.getByText('10,000 runs').waitFor()
  const beganMs = performance.now()
  await tab.getByRole('link', { name: 'Assets' }).click()
  await tab.getByText('3,000 published').waitFor()
  report('grid of 3,000 assets, read and drawn', milliseconds(performance.now() - beganMs))
  report('filter 3,000 assets, to the drawn frame', milliseconds(await tab.evaluate(search('table 12'))))
  await tab.evaluate(search(''))
  const height = Number(await tab.evaluate('document.documentElement.scrollHeight'))
  report('height of the grid of 3,000 assets', `${height} px of 900 px`)
}

/** First content, filters, frames under load, layout shift, and the grid of assets. */
export const measureViews = async (opened: BrowserPage): Promise<void> => {
  await measureFirstContent(opened)
  await measureFilters(opened)
  await measureAssets(opened)
  await measureEmptyPage(opened)
  await measureFrames(opened)
}
