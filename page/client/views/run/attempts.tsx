import { type ExplainedRun, statusOf } from '../../model/explanation.ts'
import { duration, shortened, visible } from '../../model/format.ts'
import { Status } from '../../ui/status.tsx'
import type { Target } from './use-explained.ts'

export const Attempts = ({
  stories,
  chosen,
  target,
}: {
  readonly stories: readonly ExplainedRun[]
  readonly chosen: ExplainedRun
  readonly target: Target
}) => {
  if (stories.length < 2) return null
  const slowest = Math.max(
    1,
    ...stories.map(({ run }) => (run.detectedAtMs ?? Date.now()) - (run.startedAtMs ?? run.createdAtMs)),
  )
  return (
    <section class="card">
      <h2>Runs of this {target.kind === 'asset' ? 'asset' : 'data source'}</h2>
      <ul class="list">
        {stories.map((story, at) => {
          const took =
            (story.run.detectedAtMs ?? Date.now()) - (story.run.startedAtMs ?? story.run.createdAtMs)
          return (
            <li key={story.title}>
              <span style={{ width: '108px', flex: 'none' }}>
                <Status status={statusOf(story.run)} />
              </span>
              <a class="clip" href={`?at=${at}`} aria-current={story === chosen ? 'true' : undefined}>
                {visible(shortened(story.title, 120))}
              </a>
              <span class="end bar tone tone-flight only-wide" style={{ width: '120px', flex: 'none' }}>
                <i style={{ width: `${(100 * took) / slowest}%` }} />
              </span>
              <span class="muted small nowrap num" style={{ width: '64px', flex: 'none' }}>
                {duration(took)}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
