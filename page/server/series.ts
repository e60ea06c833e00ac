import { endings } from '../../lib/run/run.ts'
import { type PlotWindow, plotWindows, type RunRow, type Series } from '../shared/protocol.ts'

/**
 * What the plots show: a bounded series for the last hour, day and week.
 *
 * 1. Endings and Starts are counted from the times in the rows, so a page that has just started shows the past as far as
 *    it has read rows.
 * 2. Runs in flight and parked requests are samples: between samples, and before the first, there is a gap.
 */

const shapes: Record<PlotWindow, { readonly bucketMs: number; readonly buckets: number }> = {
  hour: { bucketMs: 60_000, buckets: 60 },
  day: { bucketMs: 15 * 60_000, buckets: 96 },
  week: { bucketMs: 2 * 3_600_000, buckets: 84 },
}

/** At most this many durations of a bucket are kept for its median. */
const maxDurations = 500

interface Bucket {
  starts: number
  endings: Partial<Record<string, number>>
  durations: number[]
  inFlight: number | null
  parked: number | null
}

const emptyBucket = (): Bucket => ({ starts: 0, endings: {}, durations: [], inFlight: null, parked: null })

/** The value that `share` of the sorted values do not exceed. */
export const percentile = (sorted: readonly number[], share: number): number | null =>
  sorted.length === 0
    ? null
    : (sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? null)

/** The values of each line, bucket by bucket. */
const valuesOf = (buckets: readonly Bucket[]): Omit<Series, 'bucketMs' | 'times'> => {
  const sorted = buckets.map(({ durations }) => durations.toSorted((left, right) => left - right))
  return {
    endings: Object.fromEntries(
      endings.map((ending) => [ending, buckets.map((one) => one.endings[ending] ?? 0)]),
    ),
    starts: buckets.map(({ starts }) => starts),
    inFlight: buckets.map(({ inFlight }) => inFlight),
    parked: buckets.map(({ parked }) => parked),
    runMedian: sorted.map((values) => percentile(values, 0.5)),
    runP95: sorted.map((values) => percentile(values, 0.95)),
  }
}

const oneWindow = (window: PlotWindow) => {
  const { bucketMs, buckets: count } = shapes[window]
  const buckets = new Map<number, Bucket>()
  const bucketAt = (atMs: number, nowMs: number): Bucket | undefined => {
    const index = Math.floor(atMs / bucketMs)
    const newest = Math.floor(nowMs / bucketMs)
    if (index > newest || index <= newest - count) return undefined
    for (const old of buckets.keys()) if (old <= newest - count) buckets.delete(old)
    const bucket = buckets.get(index) ?? emptyBucket()
    buckets.set(index, bucket)
    return bucket
  }
  return {
    started: (atMs: number, nowMs: number) => {
      const bucket = bucketAt(atMs, nowMs)
      if (bucket !== undefined) bucket.starts += 1
    },
    ended: (row: RunRow, atMs: number, nowMs: number) => {
      const bucket = bucketAt(atMs, nowMs)
      if (bucket === undefined) return
      bucket.endings[row.status] = (bucket.endings[row.status] ?? 0) + 1
      if (row.startedAtMs !== undefined && bucket.durations.length < maxDurations)
        bucket.durations.push(Math.max(0, atMs - row.startedAtMs))
    },
    sample: (inFlight: number, parked: number, nowMs: number) => {
      const bucket = bucketAt(nowMs, nowMs)
      if (bucket !== undefined) Object.assign(bucket, { inFlight, parked })
    },
    read: (nowMs: number): Series => {
      const newest = Math.floor(nowMs / bucketMs)
      const indexes = Array.from({ length: count }, (_, at) => newest - count + 1 + at)
      const of = indexes.map((index) => buckets.get(index) ?? emptyBucket())
      return { bucketMs, times: indexes.map((index) => index * bucketMs), ...valuesOf(of) }
    },
  }
}

/** The three windows, filled from rows and samples. Each run counts once for its Start and once for its ending. */
export const plotSeries = () => {
  const windows = new Map(plotWindows.map((window) => [window, oneWindow(window)]))
  const each = (act: (one: ReturnType<typeof oneWindow>) => void) => {
    for (const one of windows.values()) act(one)
  }
  return {
    /** Counts what a row shows and the row before it did not. */
    see: (row: RunRow, before: RunRow | undefined, nowMs: number) => {
      const { startedAtMs, detectedAtMs } = row
      if (startedAtMs !== undefined && before?.startedAtMs === undefined)
        each((one) => one.started(startedAtMs, nowMs))
      if (detectedAtMs !== undefined && before?.detectedAtMs === undefined)
        each((one) => one.ended(row, detectedAtMs, nowMs))
    },
    sample: (inFlight: number, parked: number, nowMs: number) =>
      each((one) => one.sample(inFlight, parked, nowMs)),
    read: (window: PlotWindow, nowMs: number): Series | undefined => windows.get(window)?.read(nowMs),
  }
}
