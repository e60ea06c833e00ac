import type { Overview } from '../../../shared/protocol.ts'
import { count, duration, rate } from '../../model/format.ts'
import { lookOf } from '../../model/statuses.ts'
import { Ago } from '../../ui/time.tsx'
import { Share } from './share.tsx'

const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, value) => sum + value, 0)

export const Figures = ({ overview }: { readonly overview: Overview }) => {
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
        <div class="note small muted">
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
