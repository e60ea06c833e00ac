import { type ExplainedRun, type Phase, phasesOf, statusOf } from '../../model/explanation.ts'
import { duration, shortened, typeName, visible } from '../../model/format.ts'
import { Status } from '../../ui/status.tsx'
import type { Target } from './use-explained.ts'

const lengthOf = (phases: readonly Phase[]): number =>
  (phases.at(-1)?.untilMs ?? 0) - (phases[0]?.fromMs ?? 0)

/** The phases of one run, on the scale of the longest. */
const Bar = ({ phases, longestMs }: { readonly phases: readonly Phase[]; readonly longestMs: number }) => {
  const fromMs = phases[0]?.fromMs ?? 0
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" class="attempt-bar" aria-hidden="true">
      {phases.map((phase) => (
        <rect
          key={phase.name}
          class={`tone tone-${phase.tone}`}
          x={(100 * (phase.fromMs - fromMs)) / longestMs}
          width={Math.max(0.4, (100 * (phase.untilMs - phase.fromMs)) / longestMs)}
          height="10"
          fill="var(--tone)"
        />
      ))}
    </svg>
  )
}

const timeIn = (phases: readonly Phase[], name: string): string => {
  const phase = phases.find((one) => one.name === name)
  return phase === undefined ? '–' : duration(phase.untilMs - phase.fromMs)
}

const Attempt = (props: {
  readonly story: ExplainedRun
  readonly at: number
  readonly isChosen: boolean
  readonly phases: readonly Phase[]
  readonly longestMs: number
}) => {
  const { story, at, isChosen, phases, longestMs } = props
  const { subject, attempt, error } = story.run
  const isAsset = subject.types !== undefined
  const name = subject.revision ?? subject.triggerKey ?? story.run.runId ?? ''
  return (
    <tr aria-current={isChosen ? 'true' : undefined}>
      <td>
        <a href={`?at=${at}`}>
          {isAsset ? 'revision' : 'trigger'} {visible(shortened(name, 40))}, attempt {attempt}
        </a>
        <div class="muted small">{subject.types?.map(typeName).join(' + ')}</div>
      </td>
      <td>
        <Status status={statusOf(story.run)} />
        {error !== undefined && (
          <div class="muted small clip" title={visible(shortened(error.message, 400))}>
            {visible(shortened(error.name, 60))}
          </div>
        )}
      </td>
      <td class="num nowrap">{timeIn(phases, 'Requested')}</td>
      <td class="num nowrap">{timeIn(phases, 'At DataZone')}</td>
      <td class="only-wide">
        <Bar phases={phases} longestMs={longestMs} />
      </td>
    </tr>
  )
}

const Head = () => (
  <thead>
    <tr class="muted small">
      <th scope="col">Run</th>
      <th scope="col">Ended as</th>
      <th scope="col" class="num">
        Waited
      </th>
      <th scope="col" class="num">
        At DataZone
      </th>
      <th scope="col" class="only-wide">
        <span class="hidden">Scale</span>
      </th>
    </tr>
  </thead>
)

/** The runs and attempts of an asset or data source side by side, on one scale of time. */
export const Attempts = (props: {
  readonly stories: readonly ExplainedRun[]
  readonly chosen: ExplainedRun
  readonly target: Target
}) => {
  const { stories, chosen, target } = props
  if (stories.length < 2) return null
  const nowMs = Date.now()
  const all = stories.map((story) => phasesOf(story.run, nowMs))
  const longestMs = Math.max(1, ...all.map(lengthOf))
  return (
    <section class="card">
      <h2>Attempts of this {target.kind === 'asset' ? 'asset' : 'data source'}, side by side</h2>
      <table class="attempts">
        <Head />
        <tbody>
          {stories.map((story, at) => (
            <Attempt
              key={story.title}
              story={story}
              at={at}
              isChosen={story === chosen}
              phases={all[at] ?? []}
              longestMs={longestMs}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}
