/** How the page writes times, durations and numbers. Times are in the zone of the viewer, with UTC beside them on hover. */

const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]

/** `350 ms`, `4.2 s`, `3m 10s`, `2h 5m`, `3d 4h`. */
export const duration = (ms: number): string => {
  const least = Math.max(0, ms)
  if (least < 1000) return `${Math.round(least)} ms`
  if (least < 60_000) return `${(least / 1000).toFixed(least < 10_000 ? 1 : 0)} s`
  const at = units.findIndex(([, size]) => least >= size)
  const [[unit, size], next] = [units[at] ?? ['s', 1000], units[at + 1]]
  const whole = Math.floor(least / size)
  const rest = next === undefined ? 0 : Math.floor((least - whole * size) / next[1])
  return rest === 0 || next === undefined ? `${whole}${unit}` : `${whole}${unit} ${rest}${next[0]}`
}

/** `just now`, `12s ago`, `in 3m`: only the largest unit, so that the text changes rarely. */
export const relative = (atMs: number, nowMs: number): string => {
  const ms = nowMs - atMs
  const size = Math.abs(ms)
  if (size < 1500) return 'just now'
  const [unit, unitMs] = units.find(([, least]) => size >= least) ?? ['s', 1000]
  const text = `${Math.floor(size / unitMs)}${unit}`
  return ms > 0 ? `${text} ago` : `in ${text}`
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
})
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })

/** The local time; with the day where it is not today. */
export const localTime = (atMs: number, nowMs: number): string => {
  const time = clock.format(atMs)
  return new Date(atMs).toDateString() === new Date(nowMs).toDateString()
    ? time
    : `${day.format(atMs)} ${time}`
}

/** The time in UTC, to the millisecond. */
export const utcTime = (atMs: number): string =>
  new Date(atMs).toISOString().replace('T', ' ').replace('Z', ' UTC')

const whole = new Intl.NumberFormat('en-US')
export const count = (value: number): string => whole.format(value)

/** A rate: one decimal below ten. */
export const rate = (value: number): string =>
  value === 0 ? '0' : value < 10 ? value.toFixed(1) : String(Math.round(value))

/** A share in percent. A share above none is never rounded to 0%, one below all never to 100%. */
export const percent = (part: number, of: number): string => {
  if (part === 0 || of === 0) return '0%'
  if (part >= of) return '100%'
  const share = (100 * part) / of
  return share < 1 ? '<1%' : share > 99 ? '>99%' : `${Math.round(share)}%`
}

/** `1 run`, `2 runs`. */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** `BUSINESS_GLOSSARY_ASSOCIATIONS` as `glossary associations`. */
export const typeName = (type: string): string =>
  type
    .replace(/^BUSINESS_/, '')
    .toLowerCase()
    .replaceAll('_', ' ')

const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Text with each control and direction character shown as its code point, so that a name cannot look like another. */
export const visible = (text: string): string =>
  text.replaceAll(
    unsafe,
    (character) =>
      `\u27e8${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}\u27e9`,
  )

/** A clause as the beginning of a sentence. */
export const sentence = (clause: string): string => clause.charAt(0).toUpperCase() + clause.slice(1)

/** At most `length` characters, with an ellipsis for the rest. */
export const shortened = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}\u2026`
