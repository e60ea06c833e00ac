import type { FirstTarget, Hello, Overview } from '../shared/protocol.ts'
import { followBusEvents } from './bus-events.ts'
import { type EventLog, eventLog } from './event-log.ts'
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

/** The newest overview and problem of the feed, and how often either has changed. */
const newestOverview = (wake: () => void, log: (line: string) => void) => {
  let overview: Overview | undefined
  let problem = ''
  let sequence = 0
  const changed = () => {
    sequence += 1
    wake()
  }
  return {
    overview: () => overview,
    problem: () => problem,
    overviewSequence: () => sequence,
    onOverview: (next: Overview) => {
      overview = next
      changed()
    },
    onProblem: (next: string) => {
      if (next === problem) return
      if (next !== '') log(`page: ${next}`)
      problem = next
      changed()
    },
  }
}

/** Follows the buses: always those of a local stack, those of a deployed one only with `--events`. */
const followEvents = (
  { local, busEvents = [] }: PageStack,
  events: EventLog,
  log: (line: string) => void,
) => [
  ...(local === undefined ? [] : [followLocalEvents(local.eventbridge, events)]),
  ...busEvents.map((source) => followBusEvents(source, events, (line) => log(`page: ${line}`))),
]

const helloOf = ({ stack, allowChanges, firstRequest }: PageOptions, domains: readonly string[]): Hello => ({
  stack: stack.name,
  isLocal: stack.local !== undefined,
  canChange: allowChanges,
  canKillWorkers: stack.local?.killWorkers !== undefined,
  domains,
  hasBusEvents: stack.local !== undefined || stack.busEvents !== undefined,
  ...(firstRequest === undefined ? {} : { firstRequest }),
})

/** What the server shares between its routes. */
export const openState = (options: PageOptions) => {
  const { stack, log = () => {} } = options
  const meter = readMeter(options.unitsPerMinute)
  meterReads(stack.client, meter)
  const board = runBoard(options.heldRuns ?? 20_000, isOpenRow)
  const series = plotSeries()
  const wake = () => live.wake()
  const events = eventLog(wake)
  const { onOverview, onProblem, ...newest } = newestOverview(wake, log)
  const live = liveStream({ board, events, ...newest, hello: () => helloOf(options, feed.domains()) })
  board.onChange(wake)
  const feed = startFeed({
    stack,
    board,
    series,
    meter,
    pace: stack.local === undefined ? paces.deployed : paces.local,
    domains: options.domains,
    startQuotaPerSecond: options.startQuotaPerSecond ?? documentedStartQuota,
    viewers: live.viewers,
    onOverview,
    onProblem,
    ...(stack.local === undefined ? {} : { latenesses: simulatedLateness(stack.local.datazone, board) }),
  })
  const followed = followEvents(stack, events, log)
  const stop = async () => {
    await Promise.all([feed.stop(), ...followed.map((one) => one.stop())])
  }
  return { stack, board, series, meter, events, live, feed, stop }
}
export type PageState = ReturnType<typeof openState>
