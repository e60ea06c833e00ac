import { useEffect, useState } from 'preact/hooks'
import type { Overview, PlotWindow, QuotaLine, Series } from '../../shared/protocol.ts'
import { plotWindows } from '../../shared/protocol.ts'
import { getJson } from '../api.ts'
import { useLive } from '../live.ts'
import { count, duration, plural, rate, sentence, visible } from '../model/format.ts'
import { endedStatuses, lookOf, reasonWord } from '../model/statuses.ts'
import { runHref } from '../router.ts'
import { Plot } from '../ui/plot.tsx'
import { Status } from '../ui/status.tsx'
import { Ago } from '../ui/time.tsx'

const refreshMs = 3000

/** The series of a window, read again every few seconds while it is shown. */
const useSeries = (window: PlotWindow): Series | undefined => {
  const [series, setSeries] = useState<Series>()
  useEffect(() => {
    let isShown = true
    const read = async () => {
      const next = await getJson<Series>(`/api/series?window=${window}`).catch(() => undefined)
      if (isShown && next !== undefined) setSeries(next)
    }
    void read()
    const timer = setInterval(() => void read(), refreshMs)
    return () => {
      isShown = false
      clearInterval(timer)
    }
  }, [window])
  return series
}

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, value) => sum + value, 0)

const Share = ({
  used,
  of,
  tone = 'flight',
}: {
  readonly used: number
  readonly of: number
  readonly tone?: string
}) => (
  <div class={`bar tone tone-${tone}`}>
    <i style={{ width: `${Math.min(100, of === 0 ? 0 : (100 * used) / of)}%` }} />
  </div>
)

const Figures = ({ overview }: { readonly overview: Overview }) => {
  const waiting = total(overview.parked)
  const perMinute = total(overview.endingsPerMinute)
  const kinds = Object.entries(overview.endingsPerMinute).filter(([, value]) => value > 0)
  const late = overview.lateness ?? overview.running
  return (
    <div class="figures">
      <a class="card figure" href="/runs?status=IN_FLIGHT,CLAIMED">
        <h2 class="muted">In flight</h2>
        <div class="value">{count(overview.inFlight)}</div>
        <div class="note small muted">
          {overview.claimed > 0 ? `${count(overview.claimed)} starting` : 'none starting'}
          {overview.unannounced > 0 && `, ${count(overview.unannounced)} to announce`}
        </div>
      </a>
      <a class="card figure" href="/waiting">
        <h2 class="muted">Waiting</h2>
        <div class="value">{count(waiting)}</div>
        <div class="note small muted">
          {overview.oldestWaitingSinceMs === undefined ? (
            'nothing waits'
          ) : (
            <>
              oldest since <Ago atMs={overview.oldestWaitingSinceMs} />
            </>
          )}
        </div>
      </a>
      <div class="card figure">
        <h2 class="muted">Starts a second</h2>
        <div class="value">
          {overview.startsPerSecond.toFixed(1)} <small>of {overview.startQuotaPerSecond}</small>
        </div>
        <div class="note">
          <Share used={overview.startsPerSecond} of={overview.startQuotaPerSecond} />
        </div>
      </div>
      <a
        class="card figure"
        href="/runs?status=SUCCEEDED,PARTIALLY_SUCCEEDED,FAILED,TIMED_OUT,LOST,REJECTED,CANCELED"
      >
        <h2 class="muted">Endings a minute</h2>
        <div class="value">{rate(perMinute)}</div>
        <div class="note small muted clip">
          {kinds.length === 0
            ? 'none in ten minutes'
            : kinds.map(([kind, value]) => `${rate(value)} ${lookOf(kind).word.toLowerCase()}`).join(', ')}
        </div>
      </a>
      <div class="card figure">
        <h2 class="muted">{overview.lateness === undefined ? 'Start to ending' : 'Ending noticed after'}</h2>
        <div class="value">
          {late === undefined ? '–' : duration(late.median)} <small>median</small>
        </div>
        <div class="note small muted">
          {late === undefined ? 'no ending in ten minutes' : `95% within ${duration(late.p95)}`}
        </div>
      </div>
      <div class="card figure">
        <h2 class="muted">Request to Start</h2>
        <div class="value">
          {overview.queued === undefined ? '–' : duration(overview.queued.median)} <small>median</small>
        </div>
        <div class="note small muted">
          {overview.queued === undefined
            ? 'no Start in ten minutes'
            : `95% within ${duration(overview.queued.p95)}`}
        </div>
      </div>
    </div>
  )
}

const Concerns = ({ overview }: { readonly overview: Overview }) => (
  <section class="card" aria-label="Alarms that would ring">
    {overview.concerns.length === 0 ? (
      <p class="row">
        <span class="glyph tone tone-good" aria-hidden="true">
          ✓
        </span>{' '}
        All is well: no alarm would ring now.
      </p>
    ) : (
      <ul class="list">
        {overview.concerns.map(({ severity, title, detail, href }) => (
          <li key={title}>
            <span class={`status tone tone-${severity === 'critical' ? 'bad' : 'late'}`}>
              <span class="glyph" aria-hidden="true">
                !
              </span>
              {visible(title)}
            </span>
            <span class="muted clip">{visible(detail)}</span>
            {href !== undefined && (
              <a class="end" href={href}>
                Show
              </a>
            )}
          </li>
        ))}
      </ul>
    )}
  </section>
)

const clockOf = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hour12: false })

const Plots = ({ overview }: { readonly overview: Overview }) => {
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

const Quota = ({ quota }: { readonly quota: QuotaLine }) => (
  <li>
    <div class="stack" style={{ gap: '4px', flex: '1' }}>
      <div class="row">
        <span>{visible(quota.name)}</span>
        <span class="end muted small">
          {count(quota.used)} of {count(quota.limit)}
          {quota.waiting > 0 && `, ${count(quota.waiting)} wait`}
        </span>
      </div>
      <div
        class={`bar tone tone-${quota.used >= quota.limit ? 'bad' : quota.used >= 0.9 * quota.limit ? 'late' : 'flight'}`}
      >
        <i style={{ width: `${Math.min(100, (100 * quota.used) / quota.limit)}%` }} />
        {quota.reserved > 0 && (
          <i
            class="reserve"
            style={{ width: `${(100 * quota.reserved) / quota.limit}%`, marginLeft: 'auto' }}
          />
        )}
      </div>
    </div>
  </li>
)

const Waiting = ({ overview }: { readonly overview: Overview }) => {
  const most = Math.max(1, ...overview.waiting.map((group) => group.count))
  return (
    <section class="card">
      <h2>Why requests wait</h2>
      {overview.waiting.length === 0 && <p class="muted">Nothing waits.</p>}
      <ul class="list">
        {overview.waiting.map((group) => (
          <li key={group.reason}>
            <a class="clip" style={{ width: '150px' }} href={`/waiting#${group.reason}`}>
              {sentence(reasonWord(group.reason))}
            </a>
            <div style={{ flex: '1' }}>
              <Share used={group.count} of={most} tone="parked" />
            </div>
            <span class="num nowrap">{count(group.count)}</span>
            <span class="muted small nowrap">
              {group.firstRetryAtMs <= overview.atMs ? 'due' : 'next'} <Ago atMs={group.firstRetryAtMs} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const Machinery = ({ overview }: { readonly overview: Overview }) => (
  <section class="card">
    <h2>Quotas, queues, stops</h2>
    <ul class="list">
      {overview.quotas.map((quota) => (
        <Quota key={quota.name} quota={quota} />
      ))}
      {overview.queues.map(({ name, waiting, hidden }) => (
        <li key={name}>
          {name}
          <span class="end muted small">
            {count(waiting)} waiting, {count(hidden)} being handled
          </span>
        </li>
      ))}
      {overview.breakers.map(({ name, nextProbeAtMs }) => (
        <li key={name}>
          <Status status="FAILED" /> breaker {visible(name)}
          <span class="end muted small">
            probe <Ago atMs={nextProbeAtMs} />
          </span>
        </li>
      ))}
      {overview.pauses.map(({ scope, reason, pausedBy }) => (
        <li key={scope}>
          <Status status="PARKED" /> paused {scope}
          <span class="end muted small clip">{visible(`${reason ?? ''} ${pausedBy ?? ''}`)}</span>
        </li>
      ))}
      <li>
        Endings today
        <span class="end muted small clip">
          {Object.entries(overview.endingsToday)
            .map(([kind, value]) => `${count(value)} ${lookOf(kind).word.toLowerCase()}`)
            .join(', ') || 'none yet'}
        </span>
      </li>
      <li>
        Last sweep
        <span class="end muted small">
          {overview.lastSweepAtMs === undefined ? 'not recorded yet' : <Ago atMs={overview.lastSweepAtMs} />}
        </span>
      </li>
      <li>
        This page reads
        <span class="end muted small">
          {count(Math.round(overview.reads.unitsLastMinute))} units a minute,{' '}
          {plural(overview.reads.viewers, 'viewer')}
        </span>
      </li>
    </ul>
  </section>
)

const shownEndings = 9

const Recent = () => {
  const { rows } = useLive()
  const recent = rows.filter(({ detectedAtMs }) => detectedAtMs !== undefined).slice(0, shownEndings)
  return (
    <section class="card">
      <div class="card-head">
        <h2>Last endings</h2>
        <a class="end" href="/runs">
          All runs
        </a>
      </div>
      {recent.length === 0 && <p class="muted">No run has ended yet.</p>}
      <ul class="list">
        {recent.map((row) => (
          <li key={row.key}>
            <Status status={row.status} />
            <a class="clip" href={runHref(row)}>
              {visible(row.name ?? row.target)}
            </a>
            <span class="end muted small">
              <Ago atMs={row.updatedAtMs} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** The state of the whole stack at a glance. */
export const OverviewView = () => {
  const { overview } = useLive()
  if (overview === undefined) return <p class="empty">Reading the table …</p>
  return (
    <div class="stack">
      <Concerns overview={overview} />
      <Figures overview={overview} />
      <Plots overview={overview} />
      <div class="grid-3">
        <Waiting overview={overview} />
        <Machinery overview={overview} />
        <Recent />
      </div>
    </div>
  )
}
