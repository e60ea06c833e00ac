import { useNow } from '../live.ts'
import { localTime, relative, utcTime } from '../model/format.ts'

/** A moment in the viewer's zone, with UTC on hover. */
export const Time = ({ atMs }: { readonly atMs: number }) => (
  <time class="nowrap" dateTime={new Date(atMs).toISOString()} title={utcTime(atMs)}>
    {localTime(atMs, useNow())}
  </time>
)

/** How long ago a moment was, or how soon it is, with the times on hover. */
export const Ago = ({ atMs }: { readonly atMs: number }) => {
  const nowMs = useNow()
  return (
    <time
      class="nowrap"
      dateTime={new Date(atMs).toISOString()}
      title={`${localTime(atMs, nowMs)} · ${utcTime(atMs)}`}
    >
      {relative(atMs, nowMs)}
    </time>
  )
}
