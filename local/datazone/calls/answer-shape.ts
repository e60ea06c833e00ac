import type { Settings } from '../input/settings.ts'

/** A field that no published model has, which clients must ignore. */
export const unknownField = 'addedByALaterVersion'

/** Fields that the older API lacks: the first two of metadata runs, the last of data source runs. */
const newerFields = ['types', 'typeStats', 'lineageSummary']

const reshape = (value: unknown, change: (structure: object) => void): void => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return
  for (const part of Object.values(value)) reshape(part, change)
  if (!Array.isArray(value)) change(value)
}

/**
 * Returns an answer in the shape that the settings ask for: the older API has no `types`, `typeStats` and
 * `lineageSummary` (its TypeScript type stays that of the current API), and with `unknownFields` each structure has an
 * unknown field.
 */
export const shapeAnswer = <Out>(output: Out, { apiGeneration, unknownFields }: Settings): Out => {
  if (apiGeneration === 'current' && !unknownFields) return output
  const copy = structuredClone(output)
  reshape(copy, (structure) => {
    if (apiGeneration !== 'current') for (const name of newerFields) Reflect.deleteProperty(structure, name)
    if (unknownFields) Object.assign(structure, { [unknownField]: { since: 'the future' } })
  })
  return copy
}
