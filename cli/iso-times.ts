/** Prints `retryAtMs` as `retryAt` and `sinceMs` as `since`. Durations such as `heldMs` keep their names. */
const timeName = /^(.*(?:At|Since|since))Ms$/

/** Returns data with its times as ISO 8601: people and their scripts read `retryAt`, not milliseconds since the epoch. */
export const isoTimes = (data: unknown): unknown => {
  if (Array.isArray(data)) return data.map(isoTimes)
  if (data === null || typeof data !== 'object') return data
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => {
      const [, shortened] = timeName.exec(name) ?? []
      return shortened !== undefined && typeof value === 'number'
        ? [shortened, new Date(value).toISOString()]
        : [name, isoTimes(value)]
    }),
  )
}
