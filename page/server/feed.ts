import { setTimeout as delay } from 'node:timers/promises'
import type { Run } from '../../lib/run/run.ts'
import { runStatuses } from '../../lib/usecases/inspect/list-runs.ts'
import { openWork } from '../../lib/usecases/inspect/open-work.ts'
import type { Overview } from '../shared/protocol.ts'
import { noOperatorState, type OperatorState, readOperatorState } from './operator-state.ts'
import { overviewOf } from './overview.ts'
import type { PageStack } from './page-stack.ts'
import type { ReadMeter } from './read-meter.ts'
import type { RunBoard } from './run-board.ts'
import { isOpenRow, rowOfRun, rowOfSummary } from './run-row.ts'
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
  readonly onProblem: (problem: string | undefined) => void
  /** From the ending at DataZone to its detection, of recent runs: the simulator knows. */
  readonly latenesses?: () => Promise<readonly number[]>
}

/** Records are written a moment after the time they carry, and the index lags. */
const overlapMs = 15_000
const weekMs = 7 * 24 * 3_600_000
const idleFactor = 10
/** An open record that is gone from the work index this long after its last change was replaced. */
const goneAfterMs = 10_000
const firstRows = 5000

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Starts reading. `first` resolves when the table was read once. */
export const startFeed = (options: FeedOptions) => {
  const { stack, board, series, meter, pace, viewers, onOverview, onProblem } = options
  const stopped = new AbortController()
  const domains = new Set(options.domains)
  /** Of each domain and status, the newest change that was read. */
  const seenUntil = new Map<string, number>()
  let open: readonly Run[] = []
  let unreadableCount = 0
  let operator: OperatorState = noOperatorState
  let latenesses: readonly number[] = []
  let heldSinceMs: number | undefined
  board.onChange((row, before) => series.see(row, before, Date.now()))

  const readStatus = async (domainId: string, status: string): Promise<void> => {
    const place = `${domainId}#${status}`
    const isFirst = !seenUntil.has(place)
    const sinceMs = Math.max(0, (seenUntil.get(place) ?? Date.now() - weekMs) - (isFirst ? 0 : overlapMs))
    let read = 0
    for await (const page of stack.list.newestFirst({ domainId, status, sinceMs })) {
      for (const summary of page.toReversed()) {
        board.put(rowOfSummary(summary))
        seenUntil.set(place, Math.max(seenUntil.get(place) ?? 0, summary.updatedAtMs))
      }
      read += page.length
      if (read < firstRows) continue
      const oldest = page.at(-1)?.updatedAtMs
      if (isFirst && oldest !== undefined) heldSinceMs = Math.max(heldSinceMs ?? 0, oldest)
      break
    }
    if (isFirst && !seenUntil.has(place)) seenUntil.set(place, Date.now() - overlapMs)
  }

  const readChanges = async (): Promise<void> => {
    for (const domainId of domains)
      await Promise.all(runStatuses.map((status) => readStatus(domainId, status)))
  }

  const readOpen = async (): Promise<void> => {
    const { runs, unreadable } = await openWork(stack.store)
    const present = new Set<string>()
    for (const run of runs) {
      const row = rowOfRun(run)
      present.add(row.key)
      domains.add(row.domainId)
      board.put(row)
    }
    const goneBefore = Date.now() - goneAfterMs
    for (const row of board.rows())
      if (isOpenRow(row) && !present.has(row.key) && row.updatedAtMs < goneBefore) board.remove(row.key)
    open = runs
    unreadableCount = unreadable.length
    for (const domainId of await stack.counts.domains()) domains.add(domainId)
    latenesses = (await options.latenesses?.()) ?? []
    operator = await readOperatorState(stack, runs, [...domains])
  }

  const publish = (): void => {
    const overview = overviewOf({
      ...operator,
      open,
      unreadable: unreadableCount,
      latenesses,
      nowMs: Date.now(),
      rows: board.rows(),
      startQuotaPerSecond: options.startQuotaPerSecond,
      reads: {
        unitsLastMinute: meter.unitsLastMinute(),
        unitsPerMinute: meter.unitsPerMinute,
        viewers: viewers(),
      },
      held: { runs: board.size(), ...(heldSinceMs === undefined ? {} : { sinceMs: heldSinceMs }) },
    })
    const parked = Object.values(overview.parked).reduce((sum, count) => sum + count, 0)
    series.sample(overview.inFlight, parked, overview.atMs)
    onOverview(overview)
  }

  /** Resolves when it is time to read again: after `pauseMs`, sooner when someone begins to look. */
  const until = async (pauseMs: number): Promise<void> => {
    const beganMs = Date.now()
    const step = Math.min(pauseMs, 250)
    const isDue = () => Date.now() - beganMs >= pauseMs * (viewers() > 0 ? 1 : idleFactor) && meter.hasRoom()
    do await delay(step, undefined, { signal: stopped.signal, ref: false })
    while (!isDue())
  }

  const loop = async (pauseMs: number, read: () => Promise<void>): Promise<void> => {
    while (!stopped.signal.aborted) {
      try {
        await read()
        publish()
        onProblem(undefined)
      } catch (error) {
        onProblem(`the table does not answer: ${messageOf(error)}`)
      }
      await until(pauseMs)
    }
  }

  const first = (async () => {
    await readOpen()
    await readChanges()
  })()
  const begin = async () => {
    await first.catch((error: unknown) => onProblem(`the table does not answer: ${messageOf(error)}`))
    await Promise.all([loop(pace.openMs, readOpen), loop(pace.changesMs, readChanges)])
  }
  const running = begin().catch(() => {})
  return {
    domains: (): readonly string[] => [...domains],
    /** Reads what changed now, for example after a change that a viewer made. */
    refresh: async (): Promise<void> => {
      await readOpen()
      await readChanges()
      publish()
    },
    stop: async (): Promise<void> => {
      stopped.abort()
      await running
    },
  }
}
