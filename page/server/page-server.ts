import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { newToken } from '../kept-token.ts'
import type { FirstTarget, Overview } from '../shared/protocol.ts'
import { clientFiles } from './client-files.ts'
import { eventLog } from './event-log.ts'
import { startFeed } from './feed.ts'
import { guard } from './guard.ts'
import { liveStream } from './live-stream.ts'
import { followLocalEvents } from './local-events.ts'
import type { PageStack } from './page-stack.ts'
import { meterReads, readMeter } from './read-meter.ts'
import { readRoutes } from './read-routes.ts'
import { runBoard } from './run-board.ts'
import { isOpenRow } from './run-row.ts'
import { plotSeries } from './series.ts'

export interface PageOptions {
  readonly stack: PageStack
  /** The domains to read. Domains of open work are found without being named. */
  readonly domains: readonly string[]
  /** 0: any free port. */
  readonly port: number
  /** Whether the page offers changes. Always true for a local stack. */
  readonly allowChanges: boolean
  /** The read units that all viewers together may use in a minute. */
  readonly unitsPerMinute: number
  /** Reused across restarts, so that an open page connects again. Default: a new random one. */
  readonly token?: string
  readonly startQuotaPerSecond?: number
  readonly firstRequest?: FirstTarget
  /** How many runs the page holds. */
  readonly heldRuns?: number
  readonly log?: (line: string) => void
}

/** A running page. */
export interface Page {
  /** The first address to open: it holds the token. */
  readonly url: string
  readonly origin: string
  readonly port: number
  close(): Promise<void>
}

/** DataZone's documented quota of Starts a second, for an account and Region. */
const documentedStartQuota = 10
const paces = {
  local: { changesMs: 1000, openMs: 1000 },
  deployed: { changesMs: 10_000, openMs: 30_000 },
} as const

const html = 'index.html'

/** What the server shares between its routes. */
const openState = (options: PageOptions) => {
  const { stack, log = () => {} } = options
  const meter = readMeter(options.unitsPerMinute)
  meterReads(stack.client, meter)
  const board = runBoard(options.heldRuns ?? 20_000, isOpenRow)
  const series = plotSeries()
  let overview: Overview | undefined
  let overviewSequence = 0
  let problem: string | undefined
  const events = eventLog(() => live.wake())
  const live = liveStream({
    board,
    events,
    overview: () => overview,
    overviewSequence: () => overviewSequence,
    hello: () => ({
      stack: stack.name,
      isLocal: stack.local !== undefined,
      canChange: options.allowChanges,
      canKillWorkers: stack.local?.killWorkers !== undefined,
      domains: feed.domains(),
      hasBusEvents: stack.local !== undefined,
      ...(options.firstRequest === undefined ? {} : { firstRequest: options.firstRequest }),
    }),
  })
  board.onChange(() => live.wake())
  const feed = startFeed({
    stack,
    board,
    series,
    meter,
    pace: stack.local === undefined ? paces.deployed : paces.local,
    domains: options.domains,
    startQuotaPerSecond: options.startQuotaPerSecond ?? documentedStartQuota,
    viewers: live.viewers,
    onOverview: (next) => {
      overview = next
      overviewSequence += 1
      live.wake()
    },
    onProblem: (next) => {
      if (next !== undefined && next !== problem) log(`page: ${next}`)
      problem = next
    },
  })
  const local = stack.local === undefined ? undefined : followLocalEvents(stack.local.eventbridge, events)
  return {
    stack,
    board,
    series,
    meter,
    events,
    live,
    feed,
    stop: async () => {
      await Promise.all([feed.stop(), local?.stop()])
    },
  }
}
export type PageState = ReturnType<typeof openState>

/**
 * Serves the live page on loopback.
 * @throws Error when the port is taken
 */
export const startPage = async (options: PageOptions): Promise<Page> => {
  const token = options.token ?? newToken()
  const files = await clientFiles()
  let port = options.port
  const app = new Hono()
  app.use(guard({ token, port: () => port }))
  app.use('/assets/*', compress())
  const state = openState(options)
  app.get('/api/stream', (context) => {
    context.header('content-type', 'text/event-stream')
    context.header('cache-control', 'no-store')
    return context.body(state.live.body(context.req.header('last-event-id') ?? context.req.query('after')))
  })
  readRoutes(app, state)
  app.all('/api/*', (context) => context.json({ message: 'there is no such path' }, 404))
  app.get('/files/:name', compress(), (context) => {
    const file = files.get(context.req.param('name'))
    if (file === undefined) return context.notFound()
    context.header('cache-control', 'no-cache')
    context.header('content-type', file.type)
    return context.body(file.body)
  })
  app.get('*', (context) => {
    context.header('cache-control', 'no-cache')
    context.header('content-type', 'text/html; charset=utf-8')
    return context.body(files.get(html)?.body ?? '')
  })
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Error(`the page cannot listen on port ${port}: give another port, or 0 for any`, { cause })),
    )
    server.listen(port, '127.0.0.1', resolve)
  }).catch(async (error: unknown) => {
    await state.stop()
    throw error
  })
  port = (server.address() as AddressInfo).port
  const origin = `http://127.0.0.1:${port}`
  return {
    url: `${origin}/?token=${token}`,
    origin,
    port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, state.stop()])
    },
  }
}
