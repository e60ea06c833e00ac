import { setTimeout as delay } from 'node:timers/promises'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { chromium, type Page as Tab } from 'playwright-core'
import { dynamoDbBreakers } from '../lib/adapters/dynamodb/breakers.ts'
import { toItem } from '../lib/adapters/dynamodb/run-item.ts'
import { dynamoDbRunList } from '../lib/adapters/dynamodb/run-list.ts'
import { dynamoDbRunStore } from '../lib/adapters/dynamodb/run-store.ts'
import type { Run } from '../lib/run/run.ts'
import { command, wholeNumber } from '../local/flags.ts'
import { runCommand } from '../local/run-as-command.ts'
import type { Page } from '../page/server/page-server.ts'
import { openRunTable } from '../test/contract/run-table.ts'
import { chromiumArguments, chromiumPath } from '../test/support/chromium.ts'
import { openPageWorld, type PageWorld } from '../test/support/page-world.ts'
import { domainId, projectId } from '../test/support/requests.ts'
import { endedRun, inFlightRun } from '../test/support/runs.ts'

/** The live page in a real Chromium with 10,000 runs, and what it reads from a real DynamoDB engine. */

const runs = 10_000
const updatesPerSecond = 100

const subjectOf = (index: number) =>
  ({
    kind: 'METADATA_GENERATION',
    domainId,
    assetId: `asset-${index}`,
    revision: '1',
    types: ['BUSINESS_DESCRIPTIONS'],
  }) as const

const runAt = (index: number, atMs: number): Run =>
  index % 100 === 0
    ? inFlightRun({
        subject: subjectOf(index),
        projectId,
        runId: `run-${index}`,
        startedAtMs: atMs,
        history: [{ atMs, what: 'started' }],
      })
    : endedRun({
        subject: subjectOf(index),
        projectId,
        runId: `run-${index}`,
        startedAtMs: atMs - 30_000,
        detectedAtMs: atMs,
        announcedAtMs: atMs,
        ending: index % 20 === 7 ? 'FAILED' : 'SUCCEEDED',
        history: [{ atMs, what: 'ended' }],
      })

const milliseconds = (value: number): string => `${Math.round(value)} ms`
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** In the tab: types a text into the search, and returns the ms until the filtered table is drawn. */
const filterTime = (text: string): string => `new Promise((resolve) => {
  const box = document.querySelector('input[type=search]')
  const before = performance.now()
  box.value = ${JSON.stringify(text)}
  box.dispatchEvent(new Event('input', { bubbles: true }))
  requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - before)))
})`

/** In the tab: the longest times between two frames of the next seconds, longest first. */
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

const heapOf = async (tab: Tab): Promise<number> => {
  const session = await tab.context().newCDPSession(tab)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/** Changes runs at the rate of the bench until it is stopped. */
const keepChanging = (world: PageWorld) => {
  const stopped = new AbortController()
  let next = 0
  const change = async () => {
    while (!stopped.signal.aborted) {
      const nowMs = Date.now()
      world.store.given(
        ...Array.from({ length: updatesPerSecond / 10 }, (_, at) => runAt((next + at) % runs, nowMs)),
      )
      next += updatesPerSecond / 10
      await delay(100)
    }
  }
  const running = change()
  return async () => {
    stopped.abort()
    await running
  }
}

/** Waits until the page has read the table once. */
const firstRead = async ({ origin, port, url }: Page): Promise<void> => {
  const cookie = `dzrun_page_${port}=${new URL(url).searchParams.get('token')}`
  const stopped = new AbortController()
  const { body } = await fetch(`${origin}/api/stream`, { headers: { cookie }, signal: stopped.signal })
  for await (const chunk of body ?? []) if (Buffer.from(chunk).toString().includes('"inFlight"')) break
  stopped.abort()
}

const measureBrowser = async (minutes: number): Promise<void> => {
  const world = await openPageWorld()
  const nowMs = Date.now()
  world.store.given(...Array.from({ length: runs }, (_, index) => runAt(index, nowMs - index * 100)))
  const page = await world.start()
  const browser = await chromium.launch({ executablePath: chromiumPath ?? '', args: [...chromiumArguments] })
  try {
    await firstRead(page)
    const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await tab.addInitScript("localStorage.setItem('tour', 'done')")
    const beganMs = performance.now()
    await tab.goto(page.url)
    await tab.getByText('Endings a minute').waitFor()
    console.log(`first content (figures of the overview)     ${milliseconds(performance.now() - beganMs)}`)
    const painted: number = await tab.evaluate(
      "performance.getEntriesByName('first-contentful-paint')[0].startTime",
    )
    console.log(`first contentful paint, by the browser      ${milliseconds(painted)}`)
    await tab.goto(`${page.origin}/runs`)
    await tab.getByText('10,000 runs').waitFor()
    const times: number[] = []
    for (const text of [
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
    ])
      times.push(await tab.evaluate(filterTime(text)))
    times.sort((left, right) => left - right)
    console.log(
      `filter 10,000 runs, to the drawn frame      median ${milliseconds(times[5] ?? 0)}, longest ${milliseconds(times.at(-1) ?? 0)}`,
    )
    await tab.evaluate(filterTime(''))
    const stop = keepChanging(world)
    const gaps: readonly number[] = await tab.evaluate(frameGaps(20_000))
    console.log(
      `100 updates a second for 20 s               longest frame ${milliseconds(gaps[0] ?? 0)}, frames over 100 ms: ${gaps.filter((gap) => gap > 100).length} of ${gaps.length}`,
    )
    const before = await heapOf(tab)
    await delay(minutes * 60_000)
    const after = await heapOf(tab)
    console.log(
      `heap of the tab, ${minutes} min at 100 updates a second  ${megabytes(before)} -> ${megabytes(after)}`,
    )
    await stop()
  } finally {
    await browser.close()
    await world.close()
  }
}

const minuteMs = 60_000

/** Read units in a minute at the pace of a deployed stack, with a table of 10,000 runs of which 100 are in flight. */
const measureUnits = async (): Promise<void> => {
  const table = await openRunTable(process.env)
  const world = await openPageWorld({ isDeployed: true })
  try {
    const nowMs = Date.now()
    for (let from = 0; from < runs; from += 100)
      await Promise.all(
        Array.from({ length: 100 }, (_, at) =>
          table.client.send(
            new PutItemCommand({
              TableName: table.name,
              Item: marshall(toItem(runAt(from + at, nowMs - (from + at) * 100)), {
                removeUndefinedValues: true,
              }),
            }),
          ),
        ),
      )
    const stack = {
      ...world.stack,
      client: table.client,
      tableName: table.name,
      store: dynamoDbRunStore(table.client, table.name),
      list: dynamoDbRunList(table.client, table.name),
      breakers: dynamoDbBreakers(table.client, table.name),
    }
    const page = await world.start({ stack, unitsPerMinute: 600 })
    const cookie = `dzrun_page_${page.port}=${new URL(page.url).searchParams.get('token')}`
    const stopped = new AbortController()
    /** As the page itself counts them. */
    let units = 0
    const view = async () => {
      const { body } = await fetch(`${page.origin}/api/stream`, {
        headers: { cookie },
        signal: stopped.signal,
      })
      for await (const chunk of body ?? []) {
        const found = /"unitsLastMinute":([\d.]+)/.exec(Buffer.from(chunk).toString())?.[1]
        if (found !== undefined) units = Number(found)
      }
    }
    const watching: Promise<void>[] = []
    for (const viewers of [1, 10]) {
      while (watching.length < viewers) watching.push(view().catch(() => {}))
      // The first minute pays back the first read of the table.
      await delay(minuteMs)
      await delay(minuteMs)
      console.log(`read units in a minute, ${String(viewers).padStart(2)} viewer(s)            ${units}`)
    }
    stopped.abort()
    await Promise.all(watching)
  } finally {
    await world.close()
    await table.close()
  }
}

await runCommand(
  command(
    'bench:page',
    'Measures the live page in a real Chromium with 10,000 runs, and what it reads a minute.',
    {
      minutes: wholeNumber({
        describe: 'how long to watch the memory of the tab',
        from: 1,
        to: 600,
        default: '2',
      }),
    },
  ),
  async ({ minutes }) => {
    if (chromiumPath === undefined) {
      console.log('skipped: no Chromium is installed (apt-get install chromium, or set CHROMIUM)')
      return 0
    }
    await measureBrowser(minutes)
    await measureUnits()
    return 0
  },
)
