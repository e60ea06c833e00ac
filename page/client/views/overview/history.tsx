import { useMemo, useState } from 'preact/hooks'
import type { Overview, PlotWindow, Series } from '../../../shared/protocol.ts'
import { plotWindows } from '../../../shared/protocol.ts'
import { count, duration, rate } from '../../model/format.ts'
import { endedStatuses, lookOf } from '../../model/statuses.ts'
import { Plot, type PlotLine } from '../../ui/plot.tsx'
import { useSeries } from './use-series.ts'

const clockOf = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })

interface PlotShape {
  readonly title: string
  readonly kind: 'bars' | 'lines'
  readonly format: (value: number) => string
  readonly linesOf: (series: Series | undefined, quota: number) => readonly PlotLine[]
}

const none: readonly number[] = []

const shapes: readonly PlotShape[] = [
  {
    title: 'Endings',
    kind: 'bars',
    format: count,
    linesOf: (series) =>
      endedStatuses.map((status) => ({
        label: lookOf(status).word,
        tone: lookOf(status).tone,
        values: series?.endings[status] ?? none,
      })),
  },
  {
    title: 'In flight and waiting',
    kind: 'lines',
    format: count,
    linesOf: (series) => [
      { label: 'In flight', tone: 'flight', values: series?.inFlight ?? none },
      { label: 'Waiting', tone: 'parked', values: series?.parked ?? none },
    ],
  },
  {
    title: 'Starts a second',
    kind: 'lines',
    format: rate,
    linesOf: (series, quota) => [
      {
        label: 'Starts',
        tone: 'flight',
        values: series?.starts.map((starts) => (1000 * starts) / series.bucketMs) ?? none,
      },
      { label: `Quota of ${quota}`, tone: 'bad', values: series?.starts.map(() => quota) ?? none },
    ],
  },
  {
    title: 'From Start to detected ending',
    kind: 'lines',
    format: duration,
    linesOf: (series) => [
      { label: 'Median', tone: 'good', values: series?.runMedian ?? none },
      { label: '95%', tone: 'late', values: series?.runP95 ?? none },
    ],
  },
]

const Shape = (props: {
  readonly shape: PlotShape
  readonly series: Series | undefined
  readonly quota: number
}) => {
  const { shape, series, quota } = props
  // New lines redraw the plot, so they are made once for each series.
  const lines = useMemo(() => shape.linesOf(series, quota), [series, quota])
  const { title, kind, format } = shape
  return (
    <div class="card">
      <h3>{title}</h3>
      <Plot title={title} times={series?.times ?? none} lines={lines} kind={kind} format={format} />
    </div>
  )
}

/** The plots of the last hour, day or week, and which runs they count. */
export const History = ({ overview }: { readonly overview: Overview }) => {
  const [window, setWindow] = useState<PlotWindow>('hour')
  const series = useSeries(window)
  const { held, startQuotaPerSecond } = overview
  return (
    <section class="stack" aria-label="History">
      <div class="row">
        <h2>History</h2>
        <div class="segments" role="group" aria-label="Window of the plots">
          {plotWindows.map((one) => (
            <button type="button" key={one} aria-pressed={one === window} onClick={() => setWindow(one)}>
              {one}
            </button>
          ))}
        </div>
        <span class="muted small">
          from the {count(held.runs)} runs that the page holds
          {held.sinceMs !== undefined && ` (all since ${clockOf.format(held.sinceMs)})`}; in flight and
          waiting since the page started
        </span>
      </div>
      <div class="grid-4">
        {shapes.map((shape) => (
          <Shape key={shape.title} shape={shape} series={series} quota={startQuotaPerSecond} />
        ))}
      </div>
    </section>
  )
}
