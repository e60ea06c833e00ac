import { type Browser, type BrowserContext, chromium, type Page as Tab } from 'playwright-core'
import type { Page } from '../../page/server/page-server.ts'
import { chromiumArguments, chromiumPath } from '../support/chromium.ts'

/** Opens a path of the page with its token, and waits until the tab is connected. */
export const load = async (tab: Tab, page: Page, path: string): Promise<Tab> => {
  const address = new URL(page.url)
  const [pathname = '/', query = ''] = path.split('?')
  address.pathname = pathname
  for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value)
  await tab.goto(address.href)
  await tab.locator('[data-connection=open]').first().waitFor({ state: 'attached' })
  return tab
}

/** What axe finds in a tab that has evaluated its source: everything, or only what these rules find. */
export const violationsIn = async (tab: Tab, rules?: readonly string[]): Promise<readonly string[]> => {
  const found: readonly { id: string; nodes: readonly { html: string }[] }[] = await tab.evaluate(
    `axe.run(${rules === undefined ? '' : JSON.stringify({ runOnly: rules })}).then(({ violations }) => violations)`,
  )
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(' | ')}`)
}

const newContext = async (browser: Browser, isTourDone = true): Promise<BrowserContext> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  if (isTourDone) await context.addInitScript(() => localStorage.setItem('tour', 'done'))
  return context
}

/**
 * Launches one Chromium for a test file. One context serves most tabs: it has the cookie of the page, and the tour is
 * done. The console of every tab is collected.
 */
export const launchTabs = async () => {
  const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: [...chromiumArguments] })
  const shared = await newContext(browser)
  const opened: { close(): Promise<void> }[] = []
  const complaints: string[] = []
  const watch = async (context: BrowserContext): Promise<Tab> => {
    const tab = await context.newPage()
    tab.setDefaultTimeout(10_000)
    tab.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    tab.on('pageerror', ({ message }) => complaints.push(message))
    return tab
  }
  return {
    /** A tab of the shared context that stays open until the test file closes it. */
    lastingTab: () => watch(shared),
    /** A tab of the shared context, closed after the test. */
    tab: async (): Promise<Tab> => {
      const tab = await watch(shared)
      opened.push(tab)
      return tab
    },
    /** A tab with an empty storage of its own, closed after the test. */
    freshTab: async (isTourDone = true): Promise<Tab> => {
      const context = await newContext(browser, isTourDone)
      opened.push(context)
      return watch(context)
    },
    closeOpened: async (): Promise<void> => {
      for (const one of opened.splice(0)) await one.close()
    },
    /** Takes the errors and warnings that the tabs' consoles have shown since the last call. */
    takeComplaints: (): readonly string[] => complaints.splice(0),
    close: () => browser.close(),
  }
}

export type Tabs = Awaited<ReturnType<typeof launchTabs>>
