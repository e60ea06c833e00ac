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
 * Reads the table for all viewers of the page.
 *
 * 1. One reader serves every viewer, so more viewers cause no more reads.
 * 2. It reads no more than the meter allows: the next read waits until a large one is paid back.
 * 3. Without a viewer it reads a tenth as often.
 * 4. A failed read is reported and tried again; the rows read before stay.
 */

/** How often the feed reads while the page has a viewer, in ms. */
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
/** How often to check whether the next read is due, in ms. */
const stepMs = 250

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Readers = Readonly<Record<'open' | 'changes', { read(): Promise<void> }>>

/** Reports the problem of either reading; empty once both succeed again. */
const problemReporter = (onProblem: FeedOptions['onProblem']) => {
  const problems: Record<keyof Readers, string> = { open: '', changes: '' }
  return (of: keyof Readers, problem: string): void => {
    problems[of] = problem
    onProblem(problems.open || problems.changes)
  }
}

/** Resolves after `pauseMs` (ten times that without a viewer), and not before the meter has room. */
const untilDue = async (
  { meter, viewers }: FeedOptions,
  pauseMs: number,
  signal: AbortSignal,
): Promise<void> => {
  const beganMs = Date.now()
  const isDue = () => Date.now() - beganMs >= pauseMs * (viewers() > 0 ? 1 : idleFactor) && meter.hasRoom()
  do await delay(Math.min(pauseMs, stepMs), undefined, { signal, ref: false })
  while (!isDue())
}

/** Repeats both readings, each at its pace, until the signal is aborted. */
const repeatReadings = (readers: Readers, options: FeedOptions, signal: AbortSignal, publish: () => void) => {
  const report = problemReporter(options.onProblem)
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
      await untilDue(options, pauseMs, signal)
      await read(of, () => readers[of].read())
    }
  }
  return async (): Promise<void> => {
    // Open work first: it names the domains whose changes are read.
    await read('open', async () => {
      await readers.open.read()
      await readers.changes.read()
    })
    await Promise.all([loop('open', options.pace.openMs), loop('changes', options.pace.changesMs)])
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
