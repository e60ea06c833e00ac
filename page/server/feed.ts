import { setTimeout as delay } from 'node:timers/promises'
import type { Overview } from '../shared/protocol.ts'
import { overviewOf } from './overview.ts'
import type { PageStack } from './page-stack.ts'
import { changeReader } from './read-changes.ts'
import type { ReadMeter } from './read-meter.ts'
import { type OpenState, openReader } from './read-open.ts'
import type { RunBoard } from './run-board.ts'
import type { plotSeries } from './series.ts'

/**
 * Reads the table for all viewers at once.
 *
 * 1. One reader, however many viewers: what it reads a minute does not grow with them.
 * 2. Never more than the meter allows. A large read is paid back before the next.
 * 3. Without a viewer it reads at a tenth of the pace.
 * 4. A failed read is reported and tried again; what was read before stays.
 */

/** How often the feed reads while someone looks, in ms. */
interface FeedPace {
  readonly changesMs: number
  readonly openMs: number
}

export interface FeedOptions {
  readonly stack: PageStack
  readonly board: RunBoard
  readonly series: ReturnType<typeof plotSeries>
  readonly meter: ReadMeter
  readonly pace: FeedPace
  /** The domains known at the start; those of open work are added. */
  readonly domains: readonly string[]
  readonly startQuotaPerSecond: number
  readonly viewers: () => number
  readonly onOverview: (overview: Overview) => void
  /** Why the table cannot be read now; empty when it can. */
  readonly onProblem: (problem: string) => void
  /** From the ending at DataZone to its detection, of recent runs: the simulator knows. */
  readonly latenesses?: () => Promise<readonly number[]>
}

const idleFactor = 10
/** How often it is asked whether it is time to read, in ms. */
const stepMs = 250

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Readers = Readonly<Record<'open' | 'changes', { read(): Promise<void> }>>

/** Repeats both readings, each at its pace, until the signal is aborted. */
const repeatReadings = (readers: Readers, options: FeedOptions, signal: AbortSignal, publish: () => void) => {
  const { meter, pace, viewers, onProblem } = options
  const problems: Record<keyof Readers, string> = { open: '', changes: '' }
  const report = (of: keyof Readers, problem: string): void => {
    problems[of] = problem
    onProblem(problems.open || problems.changes)
  }

  /** Resolves when it is time to read again: after `pauseMs`, sooner when someone begins to look. */
  const until = async (pauseMs: number): Promise<void> => {
    const beganMs = Date.now()
    const isDue = () => Date.now() - beganMs >= pauseMs * (viewers() > 0 ? 1 : idleFactor) && meter.hasRoom()
    do await delay(Math.min(pauseMs, stepMs), undefined, { signal, ref: false })
    while (!isDue())
  }

  const read = async (of: keyof Readers, act: () => Promise<void>): Promise<void> => {
    try {
      await act()
      publish()
      report(of, '')
    } catch (error) {
      report(of, `the table does not answer: ${messageOf(error)}`)
    }
  }

  const loop = async (of: keyof Readers, pauseMs: number): Promise<void> => {
    while (!signal.aborted) {
      await until(pauseMs)
      await read(of, () => readers[of].read())
    }
  }
  return async (): Promise<void> => {
    // The open work names the domains whose changes are read.
    await read('open', async () => {
      await readers.open.read()
      await readers.changes.read()
    })
    await Promise.all([loop('open', pace.openMs), loop('changes', pace.changesMs)])
  }
}

/** The overview of what was read last. */
const overviewNow = (
  { board, meter, viewers, startQuotaPerSecond }: FeedOptions,
  { operator, ...state }: OpenState,
  sinceMs: number | undefined,
): Overview =>
  overviewOf({
    ...operator,
    ...state,
    nowMs: Date.now(),
    rows: board.rows(),
    startQuotaPerSecond,
    reads: {
      unitsLastMinute: meter.unitsLastMinute(),
      unitsPerMinute: meter.unitsPerMinute,
      viewers: viewers(),
    },
    held: { runs: board.size(), ...(sinceMs === undefined ? {} : { sinceMs }) },
  })

/** Starts reading. */
export const startFeed = (options: FeedOptions) => {
  const { stack, board, series, onOverview } = options
  const stopped = new AbortController()
  const domains = new Set(options.domains)
  const changes = changeReader(stack.list, board, domains)
  const open = openReader(stack, board, domains, options.latenesses)
  board.onChange((row, before) => series.see(row, before, Date.now()))

  const publish = (): void => {
    const overview = overviewNow(options, open.state(), changes.heldSinceMs())
    const parked = Object.values(overview.parked).reduce((sum, count) => sum + count, 0)
    series.sample(overview.inFlight, parked, Date.now())
    onOverview(overview)
  }

  const run = repeatReadings({ open, changes }, options, stopped.signal, publish)
  const running = run().catch(() => {})
  return {
    domains: (): readonly string[] => [...domains],
    /** Reads what changed now, for example after a change that a viewer made. */
    refresh: async (): Promise<void> => {
      await open.read()
      await changes.read()
      publish()
    },
    stop: async (): Promise<void> => {
      stopped.abort()
      await running
    },
  }
}
