import type { FirstTarget, Overview } from '../shared/protocol.ts'
import { followBusEvents } from './bus-events.ts'
import { eventLog } from './event-log.ts'
import { startFeed } from './feed.ts'
import { liveStream } from './live-stream.ts'
import { followLocalEvents } from './local-events.ts'
import type { PageStack } from './page-stack.ts'
import { meterReads, readMeter } from './read-meter.ts'
import { runBoard } from './run-board.ts'
import { isOpenRow } from './run-row.ts'
import { plotSeries } from './series.ts'
import { simulatedLateness } from './simulated-lateness.ts'

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

/** DataZone's documented quota of Starts a second, for an account and Region. */
const documentedStartQuota = 10
const paces = {
  local: { changesMs: 1000, openMs: 1000 },
  deployed: { changesMs: 10_000, openMs: 30_000 },
} as const

/** What the server shares between its routes. */
export const openState = (options: PageOptions) => {
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
      hasBusEvents: followed.length > 0,
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
    ...(stack.local === undefined ? {} : { latenesses: simulatedLateness(stack.local.datazone, board) }),
    onProblem: (next) => {
      if (next !== undefined && next !== problem) log(`page: ${next}`)
      problem = next
    },
  })
  const followed = [
    ...(stack.local === undefined ? [] : [followLocalEvents(stack.local.eventbridge, events)]),
    ...(stack.busEvents ?? []).map((source) =>
      followBusEvents(source, events, (line) => log(`page: ${line}`)),
    ),
  ]
  return {
    stack,
    board,
    series,
    meter,
    events,
    live,
    feed,
    stop: async () => {
      await Promise.all([feed.stop(), ...followed.map(({ stop }) => stop())])
    },
  }
}
export type PageState = ReturnType<typeof openState>
