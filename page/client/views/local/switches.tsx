import { useEffect, useState } from 'preact/hooks'
import { type Fault, faults, isSame } from './faults.ts'
import { attempt, simulator } from './simulator.ts'

interface Settings {
  readonly failureShare: number
  readonly partialShare: number
  readonly eventLostShare: number
}

export const Switches = () => {
  const [armed, setArmed] = useState<readonly Readonly<Record<string, unknown>>[]>([])
  const [settings, setSettings] = useState<Settings>()
  const read = async () => {
    setArmed(await simulator<readonly Readonly<Record<string, unknown>>[]>('GET faults'))
    setSettings(await simulator<Settings>('GET settings'))
  }
  useEffect(() => {
    read().catch(() => {})
  }, [])
  const isOn = ({ fault }: Fault) => armed.some((one) => isSame(one, fault))
  const flip = (one: Fault) =>
    attempt(isOn(one) ? 'fault removed' : 'fault set', async () => {
      const chosen = faults.filter((other) => (other === one ? !isOn(one) : isOn(other)))
      await simulator(
        'PUT faults',
        chosen.map(({ fault }) => fault),
      )
      await read()
    })
  const patch = (change: Partial<Settings>) =>
    attempt('changed for runs that start from now on', async () => {
      setSettings(await simulator<Settings>('PATCH settings', change))
    })
  const share = (name: keyof Settings, label: string) => (
    <label class="field">
      <span>
        {label}: {Math.round(100 * (settings?.[name] ?? 0))}%
      </span>
      <input
        type="range"
        min="0"
        max="100"
        step="5"
        value={Math.round(100 * (settings?.[name] ?? 0))}
        onChange={({ currentTarget }) => void patch({ [name]: Number(currentTarget.value) / 100 })}
      />
    </label>
  )
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
            <span class="end muted small clip">{one.what}</span>
          </li>
        ))}
      </ul>
      <h3>Outcomes of new runs</h3>
      {share('failureShare', 'fail')}
      {share('partialShare', 'partly succeed')}
      {share('eventLostShare', 'DataZone’s events lost')}
    </section>
  )
}
