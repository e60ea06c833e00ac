import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import axe from 'axe-core'
import type { Page as Tab } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '../../page/server/page-server.ts'
import { chromiumPath } from '../support/chromium.ts'
import { eventually } from '../support/eventually.ts'
import { acceptedRequest, openPageWorld, type PageWorld } from '../support/page-world.ts'
import { domainId, projectId } from '../support/requests.ts'
import { attacksIn, overflowIn, overflowOfWideText, violationsIn } from './page-probes.ts'
import { addEndedRun, endCustomersRun, hostileEvent, parkOrders, seedRuns } from './page-runs.ts'
import { launchTabs, load, type Tabs } from './page-tabs.ts'

const shots = join(import.meta.dirname, '../../.local/screenshots')

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
    let tabs: Tabs

    beforeAll(async () => {
      await mkdir(shots, { recursive: true })
      world = await openPageWorld()
      seedRuns(world)
      page = await world.start()
      tabs = await launchTabs()
    })
    afterAll(async () => {
      await tabs?.close()
      await world?.close()
    })
    afterEach(async () => {
      await tabs.closeOpened()
      expect(tabs.takeComplaints()).toEqual([])
    })

    const open = async (path: string): Promise<Tab> => load(await tabs.tab(), page, path)

    /** Opens a tab with empty storage, for tests of what the browser remembers. */
    const openFresh = async (path: string, isTourDone = true): Promise<Tab> => {
      const tab = await tabs.freshTab(isTourDone)
      await tab.emulateMedia({ colorScheme: 'light' })
      return load(tab, page, path)
    }

    describe.each([
      [390, 844],
      [1440, 900],
    ])('at %i pixels', (width, height) => {
      let tab: Tab
      beforeAll(async () => {
        tab = await tabs.lastingTab()
        await tab.setViewportSize({ width, height })
        await load(tab, page, '/')
        // The page changes views without a load, so axe is loaded only once.
        await tab.evaluate(axe.source)
      })
      afterAll(() => tab.close())

      test.each(views)(
        'shows %s in light and dark without a violation of axe and without an overflow',
        async (path) => {
          await tab.emulateMedia({ colorScheme: 'light' })
          await tab.evaluate(
            `history.pushState(null, '', ${JSON.stringify(path)}); dispatchEvent(new Event('popstate'))`,
          )
          await tab.locator(`main[data-path="${path.split('?')[0]}"]`).waitFor()
          await tab.getByText('Reading the').waitFor({ state: 'detached' })
          expect(await violationsIn(tab)).toEqual([])
          expect(await overflowIn(tab)).toEqual([])
          const name = path.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '') || 'overview'
          await tab.screenshot({ path: join(shots, `${name}-light-${width}.png`) })
          await tab.emulateMedia({ colorScheme: 'dark' })
          await tab.screenshot({ path: join(shots, `${name}-dark-${width}.png`) })
          expect(await violationsIn(tab, ['color-contrast'])).toEqual([])
          expect(await overflowOfWideText(tab)).toEqual([])
        },
      )
    })

    test('keeps the filters in the address, and restores them from it', async () => {
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

    test('saves the filtered runs as CSV and as JSON lines', async () => {
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
      endCustomersRun(world)
      await tab.getByText('SUCCEEDED after a while').waitFor()
    })

    test('renders names, errors and events as text, never as markup', async () => {
      world.announce(hostileEvent)
      const tab = await open('/events')
      await tab.getByText('<script>').first().waitFor()
      await tab.getByText('total⟨202E⟩gpj.exe').first().waitFor()
      for (const path of [`/run/${domainId}/asset/orders`, '/runs', '/waiting', '/']) {
        await tab.goto(page.origin + path)
        await tab.getByRole('heading', { level: 1 }).waitFor()
        await tab.getByText('Reading the').waitFor({ state: 'detached' })
      }
      expect(await attacksIn(tab)).toEqual([false, 0])
      expect(await overflowIn(tab)).toEqual([])
    })

    test('works with the keyboard alone', async () => {
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

    test('asks before it changes anything, and shows the count', async () => {
      const tab = await open(`/run/${domainId}/asset/orders`)
      await tab.getByRole('button', { name: 'Cancel', exact: true }).click()
      const dialog = tab.getByRole('dialog', { name: 'Cancel what runs for 1 target' })
      await dialog.getByRole('button', { name: 'Change nothing' }).click()
      expect(await world.takeRequests()).toEqual([])
      await tab.getByRole('button', { name: 'Cancel', exact: true }).click()
      await dialog.getByRole('button', { name: 'Cancel what runs for 1 target (1)' }).click()
      await tab.getByText('asked to cancel').waitFor()
      expect(await world.takeRequests()).toMatchObject([{ kind: 'CANCEL', asset: { id: 'orders' } }])
    })

    test('shows the messages of the rejected queue with their reasons, and redrives those that can be sent', async () => {
      await world.reject({ body: '{"version":9}', reasons: ['version: must be 1'] })
      await world.reject({ body: JSON.stringify(acceptedRequest), reasons: ['domainId: is not selected'] })
      const tab = await open('/waiting')
      await tab.locator('#rejected').getByRole('button', { name: 'Look and redrive' }).click()
      const dialog = tab.getByRole('dialog', { name: 'Redrive 1 message' })
      await dialog.getByText('domainId: is not selected').waitFor()
      await dialog.getByText('stays: it would be rejected again').waitFor()
      // The queue's count no longer includes the hidden messages. An update of the page must not close the dialog.
      parkOrders(world)
      await tab.getByText('because a cap of the policy has no room').waitFor({ state: 'attached' })
      await tab.screenshot({ path: join(shots, 'redrive-light-1440.png') })
      await dialog.getByRole('button', { name: 'Redrive 1 message (1)' }).click()
      await tab.getByText('redrove 1 of 1 message').waitFor()
      expect(await world.takeRequests()).toEqual([acceptedRequest])
    })

    test('moves among 120 assets with the arrow keys', async () => {
      const tab = await open('/assets')
      await tab.locator('.cells a').first().focus()
      await tab.keyboard.press('ArrowRight')
      await tab.keyboard.press('ArrowDown')
      await tab.keyboard.press('ArrowUp')
      expect(await tab.evaluate('document.activeElement.getAttribute("aria-label")')).toContain('table 1:')
    })

    test('sets the outcome of one asset', async () => {
      const tab = await open('/local')
      await tab.getByLabel('After seconds').fill('7')
      await tab.getByRole('button', { name: 'Set the outcome' }).click()
      await tab.getByText('will fail after 7 s').waitFor()
      expect(world.datazone.outcomes()).toEqual([{ target: 'orders', outcome: 'failed', durationMs: 7000 }])
      await tab.getByRole('button', { name: 'Remove the outcome of orders' }).click()
      await tab.getByText('will fail after 7 s').waitFor({ state: 'detached' })
    })

    test('reads older runs on demand', async () => {
      const tab = await open('/runs?status=CANCELED')
      await tab.getByText('0 of 62 runs').waitFor()
      await tab.getByRole('button', { name: 'Read older' }).click()
      await tab.getByText('3 of 65 runs').waitFor()
      await tab.getByRole('button', { name: 'No older runs' }).waitFor()
    })

    test('sends a request from the form, names the problems of a raw one, publishes, sets faults and kills workers', async () => {
      const tab = await open('/local')
      await tab.getByRole('button', { name: 'Send', exact: true }).click()
      await eventually(async () =>
        expect(await world.takeRequests()).toMatchObject([
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

    test('guides a first visit through seven steps', async () => {
      const tab = await openFresh('/', false)
      await tab.getByRole('button', { name: 'Show me' }).click()
      for (let step = 1; step < 7; step += 1) {
        await tab.getByText(`${step} of 7`).waitFor()
        await tab.getByRole('button', { name: 'Next' }).click()
      }
      await tab.getByRole('button', { name: 'Done' }).click()
      await tab.getByRole('complementary', { name: 'Tour' }).waitFor({ state: 'detached' })
    })

    test('keeps the chosen theme', async () => {
      const tab = await openFresh('/')
      const background = () => tab.evaluate('getComputedStyle(document.documentElement).backgroundColor')
      const light = await background()
      await tab.getByRole('button', { name: /^Theme: system/ }).click()
      await tab.getByRole('button', { name: /^Theme: light/ }).click()
      expect(await background()).not.toBe(light)
      await tab.reload()
      await tab.getByRole('button', { name: /^Theme: dark/ }).waitFor()
      expect(await background()).not.toBe(light)
    })

    // This test is the last, because it replaces the server that the others use.
    test('reports that the server does not answer, and resumes once it answers again', async () => {
      const tab = await open('/runs')
      const { port } = page
      await page.close()
      await tab.getByText('does not answer').waitFor()
      addEndedRun(world)
      page = await world.start({ port })
      await tab.getByText('asset-new').waitFor()
      await tab.getByText('does not answer').waitFor({ state: 'detached' })
      // The browser itself reports the refused connection.
      const unexpected = tabs
        .takeComplaints()
        .filter((text) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED/.test(text))
      expect(unexpected).toEqual([])
    })
  },
)
