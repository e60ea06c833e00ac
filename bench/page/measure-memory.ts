import { setTimeout as delay } from 'node:timers/promises'
import { heapOf, keepChanging, type openBrowserPage } from './browser-page.ts'
import { megabytes, report } from './report.ts'

type BrowserPage = Awaited<ReturnType<typeof openBrowserPage>>

const samples = 12
const minuteMs = 60_000

/** The slope of the line through the samples that are nearest to it, a minute. */
const growthPerMinute = (points: readonly (readonly [minutes: number, bytes: number])[]): number => {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [x, y] = [mean(points.map(([minutes]) => minutes)), mean(points.map(([, bytes]) => bytes))]
  const covariance = mean(points.map(([minutes, bytes]) => (minutes - x) * (bytes - y)))
  return covariance / mean(points.map(([minutes]) => (minutes - x) ** 2))
}

/** The heap of the tab and of the server after a forced collection, over `minutes` of updates, in every view in turn. */
export const measureMemory = async (
  { world, page, tab }: BrowserPage,
  minutes: number,
  updatesPerSecond: number,
): Promise<void> => {
  await tab.goto(page.url)
  await tab.goto(`${page.origin}/runs`)
  await tab.getByText('10,000 runs').waitFor()
  const views = ['Overview', 'Runs', 'Waiting', 'Events'] as const
  const stop = keepChanging(world, updatesPerSecond)
  const points: (readonly [number, number])[] = []
  for (let sample = 0; sample <= samples; sample += 1) {
    if (sample > 0) await delay((minutes * minuteMs) / samples)
    const bytes = await heapOf(tab)
    const atMinute = (minutes * sample) / samples
    // The first samples fill caches.
    if (sample > 1) points.push([atMinute, bytes])
    report(`heap of the tab after ${atMinute.toFixed(1)} min`, megabytes(bytes))
    const view = views[sample % views.length] ?? ''
    await tab.getByRole('navigation').getByRole('link', { name: view }).click()
  }
  await stop()
  report(
    `growth over ${minutes} min at ${updatesPerSecond} updates a second`,
    `${(growthPerMinute(points) / 1e3).toFixed(1)} kB a minute`,
  )
}
