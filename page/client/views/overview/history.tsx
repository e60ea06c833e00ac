import { useState } from 'preact/hooks'
import type { Overview, PlotWindow } from '../../../shared/protocol.ts'
import { plotWindows } from '../../../shared/protocol.ts'
import { count, duration } from '../../model/format.ts'
import { endedStatuses, lookOf } from '../../model/statuses.ts'
import { Plot } from '../../ui/plot.tsx'
import { useSeries } from './use-series.ts'

const clockOf = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })

export const History = ({ overview }: { readonly overview: Overview }) => {
  const [window, setWindow] = useState<PlotWindow>('hour')
  const series = useSeries(window)
  const times = series?.times ?? []
  const endings = endedStatuses.map((status) => ({
    label: lookOf(status).word,
    tone: lookOf(status).tone,
    values: series?.endings[status] ?? [],
  }))
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
          from the {count(overview.held.runs)} runs that the page holds
          {overview.held.sinceMs !== undefined && ` (all since ${clockOf.format(overview.held.sinceMs)})`}; in
          flight and waiting since the page started
        </span>
      </div>
      <div class="grid-3">
        <div class="card">
          <h2>Endings</h2>
          <Plot title="Endings" times={times} lines={endings} kind="bars" format={count} />
        </div>
        <div class="card">
          <h2>In flight and waiting</h2>
          <Plot
            title="In flight and waiting"
            times={times}
            kind="lines"
            format={count}
            lines={[
              { label: 'In flight', tone: 'flight', values: series?.inFlight ?? [] },
              { label: 'Waiting', tone: 'parked', values: series?.parked ?? [] },
            ]}
          />
        </div>
        <div class="card">
          <h2>Time from Start to detected ending</h2>
          <Plot
            title="Time from Start to detected ending"
            times={times}
            kind="lines"
            format={duration}
            lines={[
              { label: 'Median', tone: 'good', values: series?.runMedian ?? [] },
              { label: '95%', tone: 'late', values: series?.runP95 ?? [] },
            ]}
          />
        </div>
      </div>
    </section>
  )
}
