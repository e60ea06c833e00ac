import type { QuotaLine } from '../../../shared/protocol.ts'
import { count, visible } from '../../model/format.ts'

export const QuotaBar = ({ quota }: { readonly quota: QuotaLine }) => (
  <li>
    <div class="stack" style={{ gap: '4px', flex: '1' }}>
      <div class="row">
        <span>{visible(quota.name)}</span>
        <span class="end muted small">
          {count(quota.used)} of {count(quota.limit)}
          {quota.reserved > 0 && `, ${count(quota.reserved)} reserved for live`}
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
