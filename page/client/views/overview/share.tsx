/** A bar that shows how much of a whole is used. */
export const Share = ({
  used,
  of,
  tone = 'flight',
}: {
  readonly used: number
  readonly of: number
  readonly tone?: string
}) => (
  <div class={`bar tone tone-${tone}`}>
    <i style={{ width: `${Math.min(100, of === 0 ? 0 : (100 * used) / of)}%` }} />
  </div>
)
