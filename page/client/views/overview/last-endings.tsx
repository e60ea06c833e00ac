import { useLive } from '../../live.ts'
import { visible } from '../../model/format.ts'
import { runHref } from '../../router.ts'
import { Status } from '../../ui/status.tsx'
import { Ago } from '../../ui/time.tsx'

const shownEndings = 9

export const LastEndings = () => {
  const { rows } = useLive('rows')
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
