import type { Overview } from '../../../shared/protocol.ts'
import { count, sentence } from '../../model/format.ts'
import { reasonWord } from '../../model/statuses.ts'
import { Ago } from '../../ui/time.tsx'
import { Share } from './share.tsx'

export const WaitingReasons = ({ overview }: { readonly overview: Overview }) => {
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
