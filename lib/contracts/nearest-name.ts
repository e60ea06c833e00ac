/** The number of single-character edits between two texts. */
const distance = (from: string, to: string): number => {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (const [column, other] of [...to].entries()) {
      const [left = 0, above = 0, diagonal = 0] = [next[column], row[column + 1], row[column]]
      next.push(Math.min(left + 1, above + 1, diagonal + (letter === other ? 0 : 1)))
    }
    row = next
  }
  return row[to.length] ?? 0
}

/**
 * Returns the name that is closest to the given one, ignoring case, or undefined when no name is within `maxDistance`
 * single-character edits.
 */
export const nearestName = (
  name: string,
  names: readonly string[],
  maxDistance = Number.POSITIVE_INFINITY,
): string | undefined => {
  const distanceTo = (other: string) => distance(name.toLowerCase(), other.toLowerCase())
  const [nearest] = names.toSorted((one, other) => distanceTo(one) - distanceTo(other))
  return nearest === undefined || distanceTo(nearest) > maxDistance ? undefined : nearest
}
