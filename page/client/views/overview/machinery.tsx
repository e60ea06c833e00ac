import type { ComponentChildren } from 'preact'
import type { Overview } from '../../../shared/protocol.ts'
import { count, plural, visible } from '../../model/format.ts'
import { lookOf } from '../../model/statuses.ts'
import { Status } from '../../ui/status.tsx'
import { Ago } from '../../ui/time.tsx'
import { QuotaBar } from './quota-bar.tsx'

interface MachineryProps {
  readonly overview: Overview
}

const Line = ({ name, children }: { readonly name: string; readonly children: ComponentChildren }) => (
  <li>
    <span class="nowrap">{name}</span>
    <span class="end muted small clip">{children}</span>
  </li>
)

/** The open breakers and the pauses. */
const Stops = ({ overview }: MachineryProps) => (
  <>
    {overview.breakers.map(({ name, nextProbeAtMs }) => (
      <li key={name}>
        <Status status="BREAKER" /> <span class="clip">{visible(name)}</span>
        <span class="end muted small nowrap">
          probe <Ago atMs={nextProbeAtMs} />
        </span>
      </li>
    ))}
    {overview.pauses.map(({ scope, reason, pausedBy }) => (
      <li key={scope}>
        <div class="stack" style={{ gap: '0', flex: '1' }}>
          <span class="clip">
            <Status status="PAUSED" /> {visible(scope)}
          </span>
          <span class="muted small clip">
            {visible([reason, pausedBy].filter((part) => part !== undefined).join(', by '))}
          </span>
        </div>
      </li>
    ))}
  </>
)

const endingsIn = (counts: Overview['endingsToday']): string =>
  Object.entries(counts)
    .map(([kind, value]) => `${count(value)} ${lookOf(kind).word.toLowerCase()}`)
    .join(', ') || 'none yet'

/** The quotas, queues and stops, the last sweep, and how much the page itself reads. */
export const Machinery = ({ overview }: MachineryProps) => {
  const { quotas, queues, endingsToday, lastSweepAtMs, reads } = overview
  return (
    <section class="card">
      <h2>Quotas, queues, stops</h2>
      <ul class="list">
        {quotas.map((quota) => (
          <QuotaBar key={quota.name} quota={quota} />
        ))}
        {queues.map(({ name, waiting, hidden }) => (
          <Line key={name} name={name}>
            {count(waiting)} waiting, {count(hidden)} being handled
          </Line>
        ))}
        <Stops overview={overview} />
        <Line name="Endings today">{endingsIn(endingsToday)}</Line>
        <Line name="Last sweep">
          {lastSweepAtMs === undefined ? 'not recorded yet' : <Ago atMs={lastSweepAtMs} />}
        </Line>
        <Line name="This page reads">
          {count(Math.round(reads.unitsLastMinute))} units a minute, {plural(reads.viewers, 'viewer')}
        </Line>
      </ul>
    </section>
  )
}
