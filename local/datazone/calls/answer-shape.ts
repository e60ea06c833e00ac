import type { Settings } from '../input/settings.ts'

/** A field that is in no published model, for a client to ignore. */
export const unknownField = 'addedByALaterVersion'

/** What the older API does not have: of metadata runs the first two, of data source runs the last. */
const newerFields = ['types', 'typeStats', 'lineageSummary']

const reshape = (value: unknown, change: (structure: object) => void): void => {
  if (typeof value !== 'object' || value === null || value instanceof Date) return
  for (const part of Object.values(value)) reshape(part, change)
  if (!Array.isArray(value)) change(value)
}

/**
 * An answer as the API of the settings gives it: the older one leaves out `types`, `typeStats` and `lineageSummary`
 * (the type given here remains that of the current one), and with `unknownFields` each structure has a field that no model has.
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
