import { useEffect, useState } from 'preact/hooks'
import { type Fault, faults, isSame } from './faults.ts'
import { attempt, simulator } from './simulator.ts'

type Armed = readonly Readonly<Record<string, unknown>>[]

/** The faults that are set, and the function that sets or removes one. */
const useFaults = () => {
  const [armed, setArmed] = useState<Armed>([])
  const read = async () => setArmed(await simulator<Armed>('GET faults'))
  useEffect(() => {
    read().catch(() => {})
  }, [])
  const isOn = ({ fault }: Fault): boolean => armed.some((one) => isSame(one, fault))
  const flip = (one: Fault) =>
    attempt(isOn(one) ? 'fault removed' : 'fault set', async () => {
      const chosen = faults.filter((other) => (other === one ? !isOn(one) : isOn(other)))
      await simulator(
        'PUT faults',
        chosen.map(({ fault }) => fault),
      )
      await read()
    })
  return { isOn, flip }
}

/** Shares of new runs, by the name of the simulator's setting. */
const shares = [
  ['failureShare', 'fail'],
  ['partialShare', 'partly succeed'],
  ['stuckShare', 'never end'],
  ['eventLostShare', 'DataZone’s events lost'],
] as const

type Settings = Readonly<Record<(typeof shares)[number][0], number>>

const Shares = () => {
  const [settings, setSettings] = useState<Settings>()
  useEffect(() => {
    simulator<Settings>('GET settings').then(setSettings, () => {})
  }, [])
  const patch = (change: Partial<Settings>) =>
    attempt('changed for runs that start from now on', async () => {
      setSettings(await simulator<Settings>('PATCH settings', change))
    })
  return (
    <>
      {shares.map(([name, label]) => {
        const percent = Math.round(100 * (settings?.[name] ?? 0))
        return (
          <label class="field" key={name}>
            <span>
              {label}: {percent}%
            </span>
            <input
              type="range"
              min="0"
              max="100"
              step="5"
              value={percent}
              onChange={({ currentTarget }) => void patch({ [name]: Number(currentTarget.value) / 100 })}
            />
          </label>
        )
      })}
    </>
  )
}

/** The faults of the simulated DataZone, and how its runs end. */
export const Switches = () => {
  const { isOn, flip } = useFaults()
  return (
    <section class="card stack" style={{ alignContent: 'start' }}>
      <h2>Make DataZone misbehave</h2>
      <ul class="list">
        {faults.map((one) => (
          <li key={one.label}>
            <label class="check">
              <input type="checkbox" checked={isOn(one)} onChange={() => void flip(one)} />
              {one.label}
            </label>
            <span class="end muted small clip only-wide">{one.what}</span>
          </li>
        ))}
      </ul>
      <h3>Outcomes of new runs</h3>
      <div class="grid-2">
        <Shares />
      </div>
    </section>
  )
}
