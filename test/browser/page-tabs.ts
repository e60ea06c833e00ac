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

const newContext = async (browser: Browser, isTourDone = true): Promise<BrowserContext> => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  if (isTourDone) await context.addInitScript(() => localStorage.setItem('tour', 'done'))
  return context
}

/**
 * Launches one Chromium for a test file, and collects the console of every tab. Most tabs share a context, which has
 * the cookie of the page, and in which the tour is done.
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
    /** Opens a tab of the shared context, which stays open until the test closes it. */
    lastingTab: () => watch(shared),
    /** Opens a tab of the shared context, which `closeOpened` closes. */
    tab: async (): Promise<Tab> => {
      const tab = await watch(shared)
      opened.push(tab)
      return tab
    },
    /** Opens a tab with its own, empty storage, which `closeOpened` closes. */
    freshTab: async (isTourDone = true): Promise<Tab> => {
      const context = await newContext(browser, isTourDone)
      opened.push(context)
      return watch(context)
    },
    closeOpened: async (): Promise<void> => {
      for (const one of opened.splice(0)) await one.close()
    },
    /** Returns the errors and warnings in the consoles of the tabs since the last call. */
    takeComplaints: (): readonly string[] => complaints.splice(0),
    close: () => browser.close(),
  }
}

export type Tabs = Awaited<ReturnType<typeof launchTabs>>
