import { duration, shortened, visible } from '../../model/format.ts'
import { JsonTree } from '../../ui/json-tree.tsx'
import { Time } from '../../ui/time.tsx'
import type { Moment } from './moments.ts'

const marks = {
  request: { glyph: '→', tone: 'claimed', word: 'request' },
  decision: { glyph: '◆', tone: 'parked', word: 'decision' },
  call: { glyph: '⇄', tone: 'good', word: 'call' },
  record: { glyph: '●', tone: 'flight', word: 'record' },
  event: { glyph: '↗', tone: 'lost', word: 'event' },
  skip: { glyph: '⊘', tone: 'canceled', word: 'skipped' },
} as const

export const Timeline = ({ moments }: { readonly moments: readonly Moment[] }) => (
  <ol class="timeline">
    {moments.map((moment, at) => {
      const mark = marks[moment.source]
      const before = moments[at - 1]
      return (
        <li key={`${moment.atMs} ${moment.source} ${moment.text}`}>
          <span class="muted small">
            <Time atMs={moment.atMs} />
          </span>
          <span class={`glyph tone tone-${mark.tone}`} title={mark.word}>
            <span aria-hidden="true">{mark.glyph}</span>
            <span class="hidden">{mark.word}</span>
          </span>
          <span class="wrap">
            {visible(shortened(moment.text, 600))}
            {moment.event !== undefined && (
              <details>
                <summary class="small muted">
                  {mark.word} on the {moment.event.bus} bus
                </summary>
                <JsonTree name="event" value={moment.event.event} />
              </details>
            )}
          </span>
          <span class="muted small nowrap">
            {before !== undefined && `+${duration(moment.atMs - before.atMs)}`}
          </span>
        </li>
      )
    })}
  </ol>
)
