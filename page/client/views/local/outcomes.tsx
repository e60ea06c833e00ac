import { useEffect, useState } from 'preact/hooks'
import { shortened, visible } from '../../model/format.ts'
import { AssetChoice, useAssetChoice } from './asset-choice.tsx'
import { attempt, simulator } from './simulator.ts'

/** The outcomes of a run, as the control API of the simulator names them. */
const outcomes = [
  ['succeeded', 'succeed'],
  ['failed', 'fail'],
  ['partial', 'partly succeed'],
  ['unknown', 'end in a status that no client knows'],
  ['stuck', 'never end'],
] as const

interface Outcome {
  readonly target: string
  readonly outcome: string
  readonly durationMs?: number
}

const wordOf = (outcome: string): string => outcomes.find(([name]) => name === outcome)?.[1] ?? outcome

/** The outcomes that are set, and the function that replaces them. */
const useOutcomes = () => {
  const [set, setSet] = useState<readonly Outcome[]>([])
  const read = async () => setSet(await simulator<readonly Outcome[]>('GET outcomes'))
  useEffect(() => {
    read().catch(() => {})
  }, [])
  const put = (next: readonly Outcome[]) =>
    attempt('changed for runs that start from now on', async () => {
      await simulator('PUT outcomes', next)
      await read()
    })
  return { set, put }
}

const Planned = ({ set, put }: ReturnType<typeof useOutcomes>) => (
  <ul class="list">
    {set.map((one) => (
      <li key={one.target}>
        <span class="clip">{visible(shortened(one.target, 60))}</span>
        <span class="muted small nowrap">
          will {wordOf(one.outcome)}
          {one.durationMs !== undefined && ` after ${one.durationMs / 1000} s`}
        </span>
        <button
          type="button"
          class="plain end"
          aria-label={`Remove the outcome of ${visible(one.target)}`}
          onClick={() => void put(set.filter((other) => other !== one))}
        >
          Remove
        </button>
      </li>
    ))}
  </ul>
)

/** The outcome and the time of the next runs. */
const Next = (props: {
  readonly outcome: string
  readonly seconds: string
  readonly onOutcome: (outcome: string) => void
  readonly onSeconds: (seconds: string) => void
}) => (
  <div class="grid-2">
    <label class="field">
      <span>Its next runs</span>
      <select value={props.outcome} onChange={({ currentTarget }) => props.onOutcome(currentTarget.value)}>
        {outcomes.map(([value, word]) => (
          <option key={value} value={value}>
            {word}
          </option>
        ))}
      </select>
    </label>
    <label class="field">
      <span>After seconds (optional)</span>
      <input
        type="number"
        min="1"
        max="86400"
        value={props.seconds}
        onInput={({ currentTarget }) => props.onSeconds(currentTarget.value)}
      />
    </label>
  </div>
)

/** Sets how the next runs of one asset end, and when. */
export const Outcomes = () => {
  const choice = useAssetChoice()
  const planned = useOutcomes()
  const [outcome, setOutcome] = useState('failed')
  const [seconds, setSeconds] = useState('')
  const plan = () => {
    const target = choice.asset?.assetId ?? ''
    const durationMs = Number(seconds) * 1000
    const others = planned.set.filter((one) => one.target !== target)
    return planned.put([...others, { target, outcome, ...(durationMs > 0 ? { durationMs } : {}) }])
  }
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <h2>Outcome of one asset</h2>
      <AssetChoice {...choice} />
      <Next outcome={outcome} seconds={seconds} onOutcome={setOutcome} onSeconds={setSeconds} />
      <div class="row">
        <button type="button" disabled={choice.asset === undefined} onClick={() => void plan()}>
          Set the outcome
        </button>
      </div>
      {planned.set.length > 0 && <Planned {...planned} />}
    </section>
  )
}
