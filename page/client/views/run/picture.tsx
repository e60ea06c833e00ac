import { useNow } from '../../live.ts'
import { type ExplainedRecord, type Phase, phasesOf } from '../../model/explanation.ts'
import { duration } from '../../model/format.ts'

const Lane = ({
  phase,
  fromMs,
  untilMs,
}: {
  readonly phase: Phase
  readonly fromMs: number
  readonly untilMs: number
}) => {
  const whole = Math.max(1, untilMs - fromMs)
  const x = (100 * (phase.fromMs - fromMs)) / whole
  const width = Math.max(0.6, (100 * (phase.untilMs - phase.fromMs)) / whole)
  return (
    <div class={`lane tone tone-${phase.tone}`}>
      <span class="muted small">{phase.name}</span>
      <svg viewBox="0 0 100 16" preserveAspectRatio="none" aria-hidden="true">
        <rect x={Math.min(x, 99.4)} y="2" width={width} height="12" fill="var(--tone)" />
      </svg>
      <span class="small num nowrap">{duration(phase.untilMs - phase.fromMs)}</span>
    </div>
  )
}

export const Picture = ({ run }: { readonly run: ExplainedRecord }) => {
  const nowMs = useNow()
  const phases = phasesOf(run, nowMs)
  const fromMs = phases[0]?.fromMs ?? nowMs
  const untilMs = Math.max(...phases.map((phase) => phase.untilMs))
  return (
    <div class="lanes" role="group" aria-label="Phases of the run">
      {phases.map((phase) => (
        <Lane key={phase.name} phase={phase} fromMs={fromMs} untilMs={untilMs} />
      ))}
    </div>
  )
}
