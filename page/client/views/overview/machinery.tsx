import type { Overview } from '../../../shared/protocol.ts'
import { count, plural, visible } from '../../model/format.ts'
import { lookOf } from '../../model/statuses.ts'
import { Status } from '../../ui/status.tsx'
import { Ago } from '../../ui/time.tsx'
import { QuotaBar } from './quota-bar.tsx'

export const Machinery = ({ overview }: { readonly overview: Overview }) => (
  <section class="card">
    <h2>Quotas, queues, stops</h2>
    <ul class="list">
      {overview.quotas.map((quota) => (
        <QuotaBar key={quota.name} quota={quota} />
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
          <Status status="BREAKER" /> <span class="clip">{visible(name)}</span>
          <span class="end muted small">
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
