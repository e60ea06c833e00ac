import type { Settings } from '../input/settings.ts'

/** A field that is in no published model, for a client to ignore. */
export const unknownField = 'addedByALaterVersion'

/** Members that the older API does not have: the first two of metadata runs, the last of data source runs. */
const newerFields = ['types', 'typeStats', 'lineageSummary']

const reshape = (value: unknown, change: (structure: object) => void): void => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return
  for (const part of Object.values(value)) reshape(part, change)
  if (!Array.isArray(value)) change(value)
}

/**
 * An answer in the shape of the settings: the older API has no `types`, `typeStats` and `lineageSummary` (the type here
 * stays that of the current one), and with `unknownFields` each structure has a field that no model has.
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
