import type { Overview } from '../../../shared/protocol.ts'
import { visible } from '../../model/format.ts'

export const Concerns = ({ overview }: { readonly overview: Overview }) => (
  <section class="card" aria-label="Alarms that would be raised">
    {overview.concerns.length === 0 ? (
      <p class="row">
        <span class="glyph tone tone-good" aria-hidden="true">
          ✓
        </span>{' '}
        All is well: no alarm would be raised now.
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
