import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import { type Browser, type BrowserContext, chromium, type Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '../../page/server/page-server.ts'
import { chromiumArguments, chromiumPath } from '../support/chromium.ts'
import { eventually } from '../support/eventually.ts'
import { openPageWorld, type PageWorld } from '../support/page-world.ts'
import { domainId, projectId } from '../support/requests.ts'
import { endedRun, inFlightRun, parkedRun } from '../support/runs.ts'

const shots = join(import.meta.dirname, '../../.local/screenshots')

const subjectOf = (assetId: string) =>
  ({
    kind: 'METADATA_GENERATION',
    domainId,
    assetId,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS'],
  }) as const

const script = '<script>window.attacked=1</script><img src=x onerror="window.attacked=1">'
const bidi = 'total\u202Egpj.exe'
const long = 'n'.repeat(10_240)

/** Run in the tab: what makes its content wider than the window. */
const overflow = `(() => {
  const { scrollWidth, clientWidth } = document.documentElement
  if (scrollWidth <= clientWidth) return []
  return [...document.querySelectorAll('body *')]
    .filter((element) => element.getBoundingClientRect().right > clientWidth)
    .map((element) => element.outerHTML.slice(0, 120))
})()`
/** Text as wide as the widest system font sets it: the fonts of the next machine are unknown. */
const widenText = "document.documentElement.style.letterSpacing = '0.1em'"
/** Run in the tab: whether a planted script ran, and how many planted images there are. */
const attacks = "['attacked' in window, document.querySelectorAll('img[src=x]').length]"

const nowMs = Date.now()
const at = (what: string, agoMs = 0) => [{ atMs: nowMs - agoMs, what }]

const seed = (world: PageWorld) => {
  world.store.given(
    ...Array.from({ length: 60 }, (_, index) =>
      endedRun({
        subject: subjectOf(`asset-${index}`),
        projectId,
        runId: `run-${index}`,
        startedAtMs: nowMs - 60_000 - index * 1000,
        detectedAtMs: nowMs - index * 1000,
        announcedAtMs: nowMs - index * 1000,
        ending: index % 9 === 4 ? 'FAILED' : 'SUCCEEDED',
        ...(index % 9 === 4 ? { error: { name: 'GenerationFailed', message: script } } : {}),
        history: at('SUCCEEDED', index * 1000),
      }),
    ),
    inFlightRun({
      subject: subjectOf('customers'),
      projectId,
      runId: 'run-c',
      startedAtMs: nowMs,
      history: at('started'),
    }),
    parkedRun({
      subject: subjectOf('orders'),
      projectId,
      reason: 'DENIED',
      retryAtMs: nowMs + 60_000,
      error: { name: bidi, message: long },
      history: at(script),
    }),
  )
}

const views = [
  '/',
  '/runs',
  '/assets',
  '/assets?by=day',
  '/waiting',
  '/events',
  '/local',
  `/run/${domainId}/asset/orders`,
] as const

describe.skipIf(chromiumPath === undefined)(
  'the page in Chromium (skipped where none is installed: apt-get install chromium)',
  () => {
    let world: PageWorld
    let page: Page
    let browser: Browser
    let context: BrowserContext
    const complaints: string[] = []

    beforeAll(async () => {
      await mkdir(shots, { recursive: true })
      world = await openPageWorld()
      seed(world)
      page = await world.start()
      browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: [...chromiumArguments] })
    })
    afterAll(async () => {
      await browser?.close()
      await world?.close()
    })
    afterEach(async () => {
      await context?.close()
      expect(complaints.splice(0)).toEqual([])
    })

    /** A tab that has the cookie. Collects what the console and the policy complain about. */
    const open = async (
      path: string,
      options: Parameters<Browser['newContext']>[0] & { readonly tour?: boolean } = {},
    ): Promise<Tab> => {
      const { tour = false, ...given } = options
      context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...given })
      const tab = await context.newPage()
      tab.setDefaultTimeout(10_000)
      tab.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
      })
      tab.on('pageerror', ({ message }) => complaints.push(message))
      if (!tour) await tab.addInitScript(() => localStorage.setItem('tour', 'done'))
      const address = new URL(page.url)
      const [pathname = '/', query = ''] = path.split('?')
      address.pathname = pathname
      for (const [name, value] of new URLSearchParams(query)) address.searchParams.set(name, value)
      await tab.goto(address.href)
      await tab.locator('[data-connection=open]').first().waitFor({ state: 'attached' })
      return tab
    }

    /** What axe finds: everything, or only what a theme changes. */
    const violationsIn = async (tab: Tab, rules?: readonly string[]): Promise<readonly string[]> => {
      const found: readonly { id: string; nodes: readonly { html: string }[] }[] = await tab.evaluate(
        `axe.run(${rules === undefined ? '' : JSON.stringify({ runOnly: rules })}).then(({ violations }) => violations)`,
      )
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 150)).join(' | ')}`)
    }

    describe.each([
      [390, 844],
      [1440, 900],
    ])('at %i pixels', (width, height) => {
      test.each(views)(
        'shows %s in light and dark without a violation of axe or an overflow',
        async (path) => {
          const tab = await open(path, { colorScheme: 'light', viewport: { width, height } })
          await tab.getByRole('heading', { level: 1 }).waitFor()
          await tab.getByText('Reading the').waitFor({ state: 'detached' })
          await tab.evaluate(axe.source)
          expect(await violationsIn(tab)).toEqual([])
          expect(await tab.evaluate(overflow)).toEqual([])
          const name = path.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '') || 'overview'
          await tab.screenshot({ path: join(shots, `${name}-light-${width}.png`) })
          await tab.emulateMedia({ colorScheme: 'dark' })
          await tab.screenshot({ path: join(shots, `${name}-dark-${width}.png`) })
          expect(await violationsIn(tab, ['color-contrast'])).toEqual([])
          await tab.evaluate(widenText)
          expect(await tab.evaluate(overflow)).toEqual([])
        },
      )
    })

    test('keeps the filters in the address, and shows the same from an address', async () => {
      const tab = await open('/runs?status=FAILED')
      const status = tab.getByRole('status').filter({ hasText: 'runs' })
      await status.getByText('7 of 62 runs').waitFor()
      await tab.getByRole('button', { name: /^In flight/ }).click()
      await status.getByText('8 of 62 runs').waitFor()
      await tab.getByRole('searchbox').fill('customers')
      await status.getByText('1 of 62 runs').waitFor()
      expect(new URL(tab.url()).search).toBe('?text=customers&status=FAILED%2CIN_FLIGHT')
      await tab.reload()
      await status.getByText('1 of 62 runs').waitFor()
      expect(await tab.getByRole('searchbox').inputValue()).toBe('customers')
    })

    test('saves what is filtered as CSV and as JSON lines', async () => {
      const tab = await open('/runs?text=asset-13')
      await tab.getByText('1 of 62 runs').waitFor()
      const saved = async (button: string) => {
        const [download] = await Promise.all([
          tab.waitForEvent('download'),
          tab.getByRole('button', { name: button }).click(),
        ])
        return readFile(await download.path(), 'utf8')
      }
      expect((await saved('CSV')).split('\r\n')).toHaveLength(3)
      expect(JSON.parse(await saved('JSON lines'))).toMatchObject({ target: 'asset-13', status: 'FAILED' })
    })

    test('shows a run as it changes, without a reload', async () => {
      const tab = await open(`/run/${domainId}/asset/customers`)
      await tab.getByText('In flight').first().waitFor()
      world.store.given(
        endedRun({
          subject: subjectOf('customers'),
          projectId,
          runId: 'run-c',
          detectedAtMs: Date.now(),
          history: [{ atMs: Date.now(), what: 'SUCCEEDED after a while' }],
        }),
      )
      await tab.getByText('SUCCEEDED after a while').waitFor()
    })

    test('shows names, errors and events as text, whatever they hold', async () => {
      world.announce({
        version: '0',
        id: 'hostile',
        source: 'datazone-run-orchestrator',
        account: '000000000000',
        time: new Date().toISOString(),
        region: 'us-east-1',
        resources: [],
        'detail-type': script,
        detail: {
          data: { domainId, asset: { id: bidi }, error: { name: long, message: script } },
          metadata: { causationId: script },
        },
      })
      const tab = await open('/events')
      await tab.getByText('<script>').first().waitFor()
      await tab.getByText('total⟨202E⟩gpj.exe').first().waitFor()
      for (const path of [`/run/${domainId}/asset/orders`, '/runs', '/waiting', '/']) {
        await tab.goto(page.origin + path)
        await tab.getByRole('heading', { level: 1 }).waitFor()
        await tab.getByText('Reading the').waitFor({ state: 'detached' })
      }
      expect(await tab.evaluate(attacks)).toEqual([false, 0])
      expect(await tab.evaluate(overflow)).toEqual([])
    })

    test('is driven by the keyboard alone', async () => {
      const tab = await open('/')
      await tab.keyboard.press('2')
      await tab.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
      await tab.keyboard.press('/')
      await tab.keyboard.type('asset-5')
      await tab.keyboard.press('Escape')
      await tab.keyboard.press('j')
      await tab.keyboard.press('j')
      await tab.keyboard.press('k')
      const current = tab.locator('[aria-current="true"]')
      const name = await current.getByRole('link').textContent()
      await tab.keyboard.press('Enter')
      await tab.getByRole('heading', { level: 1, name: name ?? '' }).waitFor()
      await tab.keyboard.press('?')
      await tab.getByRole('dialog', { name: 'Keys' }).waitFor()
      await tab.keyboard.press('Escape')
      await tab.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' })
    })

    test('asks before it changes anything, and names the count', async () => {
      const tab = await open(`/run/${domainId}/asset/orders`)
      await tab.getByRole('button', { name: 'Cancel', exact: true }).click()
      const dialog = tab.getByRole('dialog', { name: 'Cancel what runs for 1 target' })
      await dialog.getByRole('button', { name: 'Change nothing' }).click()
      expect(await world.sent()).toEqual([])
      await tab.getByRole('button', { name: 'Cancel', exact: true }).click()
      await dialog.getByRole('button', { name: 'Cancel what runs for 1 target (1)' }).click()
      await tab.getByText('asked to cancel').waitFor()
      expect(await world.sent()).toMatchObject([{ kind: 'CANCEL', asset: { id: 'orders' } }])
    })

    test('sends a request from the form, says what is wrong with a raw one, publishes, breaks and kills', async () => {
      const tab = await open('/local')
      await tab.getByRole('button', { name: 'Send', exact: true }).click()
      await eventually(async () =>
        expect(await world.sent()).toMatchObject([
          { version: 1, kind: 'METADATA_GENERATION', domainId, projectId, asset: { id: 'orders' } },
        ]),
      )
      await tab.getByRole('button', { name: 'Raw' }).click()
      await tab.getByLabel('Message body').fill('{"version":2}')
      await tab.getByRole('button', { name: 'Send', exact: true }).click()
      await tab.getByText('it will be rejected').first().waitFor()
      await tab.getByRole('button', { name: 'Publish', exact: true }).click()
      await tab.getByText('published', { exact: true }).waitFor()
      await tab.getByLabel('Throttle half of all Starts').click()
      await tab.getByText('fault set').waitFor()
      expect(world.datazone.faults()).toMatchObject([{ kind: 'error', error: 'ThrottlingException' }])
      await tab.getByRole('button', { name: 'Kill the workers' }).click()
      await tab.getByText('3 workers killed').waitFor()
      expect(world.killed()).toBe(1)
    })

    test('guides a first visit in seven clicks', async () => {
      const tab = await open('/', { tour: true })
      await tab.getByRole('button', { name: 'Show me' }).click()
      for (let step = 1; step < 7; step += 1) {
        await tab.getByText(`${step} of 7`).waitFor()
        await tab.getByRole('button', { name: 'Next' }).click()
      }
      await tab.getByRole('button', { name: 'Done' }).click()
      await tab.getByRole('complementary', { name: 'Tour' }).waitFor({ state: 'detached' })
    })

    test('keeps the theme that a person chose', async () => {
      const tab = await open('/', { colorScheme: 'light' })
      const background = () => tab.evaluate('getComputedStyle(document.documentElement).backgroundColor')
      const light = await background()
      await tab.getByRole('button', { name: /^Theme: system/ }).click()
      await tab.getByRole('button', { name: /^Theme: light/ }).click()
      expect(await background()).not.toBe(light)
      await tab.reload()
      await tab.getByRole('button', { name: /^Theme: dark/ }).waitFor()
      expect(await background()).not.toBe(light)
    })

    // Last: it replaces the server of the others.
    test('says that the server is gone, and resumes when it is back', async () => {
      const tab = await open('/runs')
      const { port } = page
      await page.close()
      await tab.getByText('does not answer').waitFor()
      world.store.given(
        endedRun({
          subject: subjectOf('asset-new'),
          projectId,
          detectedAtMs: Date.now(),
          history: [{ atMs: Date.now(), what: 'SUCCEEDED' }],
        }),
      )
      page = await world.start({ port })
      await tab.getByText('asset-new').waitFor()
      await tab.getByText('does not answer').waitFor({ state: 'detached' })
      // The browser itself reports that the connection was refused.
      complaints.splice(
        0,
        complaints.length,
        ...complaints.filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(text)),
      )
    })
  },
)
