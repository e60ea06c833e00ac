import { useState } from 'preact/hooks'
import { postJson } from '../../api.ts'
import { useLive } from '../../live.ts'
import { plural } from '../../model/format.ts'
import { attempt, simulator } from './simulator.ts'

const steps = [
  ['30 s', 30_000],
  ['5 min', 300_000],
  ['1 hour', 3_600_000],
] as const

const Clock = () => (
  <>
    <p class="muted">
      Moves DataZone’s clock forward, so that its runs end sooner. The functions keep the real time.
    </p>
    <div class="row">
      {steps.map(([label, advanceMs]) => (
        <button
          type="button"
          key={label}
          onClick={() =>
            void attempt(`moved DataZone’s clock by ${label}`, () => simulator('POST clock', { advanceMs }))
          }
        >
          Forward {label}
        </button>
      ))}
    </div>
  </>
)

const Workers = () => {
  const { hello } = useLive('hello')
  const [killed, setKilled] = useState(0)
  const canKill = hello?.canKillWorkers === true
  const kill = () =>
    attempt('killed', async () => {
      const answer = await postJson<{ killed: number }>('/api/local/kill-workers', {})
      setKilled(killed + answer.killed)
    })
  return (
    <>
      <p class="muted">
        Kills every execution environment in the middle of its work. Nothing is lost: watch the runs continue.
      </p>
      <div class="row">
        <button type="button" class="danger" disabled={!canKill} onClick={() => void kill()}>
          Kill the workers
        </button>
        <span class="muted">
          {canKill ? `${plural(killed, 'worker')} killed` : 'only on the page of npm start and npm run demo'}
        </span>
      </div>
    </>
  )
}

/** Moves the simulator's clock, and kills the workers of the functions. */
export const TimeAndWorkers = () => (
  <section class="card stack" style={{ alignContent: 'start' }}>
    <h2>Time and workers</h2>
    <Clock />
    <Workers />
  </section>
)
