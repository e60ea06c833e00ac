import type { DataZone } from '../../local/datazone/datazone.ts'
import type { SimulatedBus } from '../../test/simulation/ports/event-bus.ts'

/** What was measured. Times without another word are in ms from the start, in rising order. */
export interface Figures {
  /** Calls by operation, refused ones included. */
  readonly calls: Readonly<Record<string, number>>
  /** All calls but GetAsset. */
  readonly total: number
  /** How many runs had their ending announced. */
  readonly announced: number
  /** From each run's ending to its event, in ms, in rising order. */
  readonly latenciesMs: readonly number[]
  /** When each request's ending was announced. */
  readonly endingsMs: readonly number[]
  /** Every StartMetadataGenerationRun, in order: 'ok', or the name of the error that was answered. */
  readonly starts: readonly { readonly atMs: number; readonly outcome: string }[]
  /** From each request to its Started event, in ms, in rising order. Requests of the backfill are left out. */
  readonly startLatenciesMs: readonly number[]
  /** When each run of the backfill was started. */
  readonly backfillStartsMs: readonly number[]
  /** Parked records, by their reason. */
  readonly parked: Readonly<Record<string, number>>
}

const rising = (values: Iterable<number>): readonly number[] =>
  [...values].sort((left, right) => left - right)

const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

/** Returns what the events on the bus say: when runs started, and when each ending was first announced. */
const readEvents = (
  bus: SimulatedBus,
  requestedAtMs: ReadonlyMap<string, number>,
  startMs: number,
): Pick<Figures, 'startLatenciesMs' | 'backfillStartsMs' | 'endingsMs'> & {
  /** In ms since the epoch, by run id. */
  readonly announcedAtMs: ReadonlyMap<string, number>
} => {
  const announcedAtMs = new Map<string, number>()
  const endedAtMs = new Map<string, number>()
  const startLatenciesMs: number[] = []
  const backfillStartsMs: number[] = []
  for (const { detail, takenAtMs } of bus.events()) {
    const { data }: { data: { status: string; runId?: string; asset: { id: string } } } = JSON.parse(detail)
    const askedAtMs = requestedAtMs.get(data.asset.id)
    if (data.status === 'STARTED') {
      if (askedAtMs === undefined) backfillStartsMs.push(takenAtMs - startMs)
      else startLatenciesMs.push(takenAtMs - askedAtMs)
      continue
    }
    if (data.runId !== undefined && !announcedAtMs.has(data.runId)) announcedAtMs.set(data.runId, takenAtMs)
    if (!endedAtMs.has(data.asset.id)) endedAtMs.set(data.asset.id, takenAtMs - startMs)
  }
  return {
    announcedAtMs,
    startLatenciesMs: rising(startLatenciesMs),
    backfillStartsMs: rising(backfillStartsMs),
    endingsMs: rising(endedAtMs.values()),
  }
}

/** Counts what the simulator was asked and what the bus received. */
export const figuresOf = (
  { control }: DataZone,
  bus: SimulatedBus,
  requestedAtMs: ReadonlyMap<string, number>,
  startMs: number,
): Omit<Figures, 'parked'> => {
  const { announcedAtMs, ...times } = readEvents(bus, requestedAtMs, startMs)
  const latenciesMs = rising(
    control.runs().flatMap(({ id, endsAtMs }) => {
      const atMs = announcedAtMs.get(id)
      return atMs === undefined ? [] : [atMs - endsAtMs]
    }),
  )
  const { counts, starts } = control.calls()
  const calls = Object.fromEntries(
    Object.entries(counts).map(([operation, outcomes]) => [operation, sumOf(outcomes)]),
  )
  return {
    calls,
    total: sumOf(calls) - (calls['GetAsset'] ?? 0),
    announced: latenciesMs.length,
    latenciesMs,
    starts: starts.map(({ atMs, outcome }) => ({ atMs: atMs - startMs, outcome })),
    ...times,
  }
}
