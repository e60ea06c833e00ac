import { lookOf } from '../model/statuses.ts'

/** A state or ending: glyph, word and color. */
export const Status = ({
  status,
  detail,
}: {
  readonly status: string
  readonly detail?: string | undefined
}) => {
  const { word, glyph, tone } = lookOf(status)
  return (
    <span class={`status tone tone-${tone}`}>
      <span class="glyph" aria-hidden="true">
        {glyph}
      </span>
      {word}
      {detail !== undefined && <span class="muted small">{detail}</span>}
    </span>
  )
}
