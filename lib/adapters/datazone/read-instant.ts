/** Larger numbers are epoch milliseconds: as seconds they would lie beyond the year 5000. */
const maxEpochSeconds = 1e11
const minMs = Date.UTC(2000, 0)
const maxMs = Date.UTC(10_000, 0) - 1

const isoPattern = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/

const fromNumber = (value: number): number =>
  Math.round(Math.abs(value) < maxEpochSeconds ? value * 1000 : value)

const fromText = (text: string): number => {
  if (/^\d+(\.\d+)?$/.test(text)) return fromNumber(Number(text))
  const [, day, time, zone = 'Z'] = isoPattern.exec(text) ?? []
  if (day !== undefined) return Date.parse(`${day}T${time}${zone.replace(/(\d\d):?(\d\d)$/, '$1:$2')}`)
  return text.endsWith('GMT') ? Date.parse(text) : Number.NaN
}

/**
 * Returns a time in ms since the epoch, or undefined when it cannot be read. Services send epoch seconds, ISO 8601 with
 * or without seconds or zone, and either as a string, whatever their model says. A time without a zone is in UTC.
 */
export const readInstant = (value: unknown): number | undefined => {
  const ms =
    typeof value === 'number' ? fromNumber(value) : typeof value === 'string' ? fromText(value) : Number.NaN
  return ms >= minMs && ms <= maxMs ? ms : undefined
}
