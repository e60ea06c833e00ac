import { useState } from 'preact/hooks'
import { go } from '../router.ts'

const steps: readonly (readonly [path: string, title: string, text: string])[] = [
  [
    '/local',
    '1 of 7: publish an asset',
    'Publish an asset. DataZone’s event requests a run; nothing else is needed.',
  ],
  [
    '/events',
    '2 of 7: the events it caused',
    'On the left, each event. On the right, what caused it and what it caused.',
  ],
  [
    '/runs',
    '3 of 7: the run',
    'Every run is a line. Filter by status; the address keeps the filter. Press / to search.',
  ],
  [
    '/assets',
    '4 of 7: all assets',
    'A square for each published asset, colored by its status. Click one for its runs.',
  ],
  [
    '/local',
    '5 of 7: break it',
    'Let DataZone throttle Starts, then publish 50 assets and kill the workers.',
  ],
  [
    '/waiting',
    '6 of 7: what waits',
    'Parked requests by reason, with the time of the next try and the command that releases them.',
  ],
  [
    '/',
    '7 of 7: at a glance',
    'The overview shows which alarms would be raised. Nothing was lost, and nothing ran twice.',
  ],
]

const key = 'tour'

/** A guided tour of seven clicks, for the first visit. */
export const Tour = () => {
  const [at, setAt] = useState(localStorage.getItem(key) === 'done' ? steps.length : -1)
  const end = () => {
    localStorage.setItem(key, 'done')
    setAt(steps.length)
  }
  const move = (to: number) => {
    const step = steps[to]
    if (step === undefined) return end()
    setAt(to)
    go(step[0])
  }
  if (at >= steps.length) return null
  const [, title, text] = steps[at] ?? [
    '',
    'Your first visit',
    'Seven clicks show the system at work and how it survives failures.',
  ]
  return (
    <aside class="card tour" aria-label="Tour">
      <h2>{title}</h2>
      <p>{text}</p>
      <div class="dialog-foot">
        <button type="button" class="plain" onClick={end}>
          {at < 0 ? 'No, thanks' : 'End the tour'}
        </button>
        <button type="button" class="primary" onClick={() => move(at + 1)}>
          {at < 0 ? 'Show me' : at === steps.length - 1 ? 'Done' : 'Next'}
        </button>
      </div>
    </aside>
  )
}
