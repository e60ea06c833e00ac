import type { Asset, Revision } from '../world/domains.ts'
import { typeStatsAt } from '../world/metadata-run-plan.ts'
import { draw } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { Form } from './asset-forms.ts'

/** A suggestion of a run: its field, its value, and the model's confidence from 0 to 1. */
export type Suggestion = Readonly<{ fieldPath: string; value: string; confidence: number }>

const titleCase = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')

/** Returns the field of the asset and of each column that a type fills, with invented values. */
const fieldsOf = (type: string, revision: Revision) => {
  const table = titleCase(revision.name)
  switch (type) {
    case 'BUSINESS_DESCRIPTIONS':
      return {
        asset: { field: 'summary', value: `${table}: one row for each entry.` },
        column: { field: 'columnDescription', valueOf: (name: string) => `${titleCase(name)} of ${table}.` },
      }
    case 'BUSINESS_NAMES':
      return {
        asset: { field: 'businessName', value: table },
        column: { field: 'businessName', valueOf: titleCase },
      }
    default:
      return {
        asset: { field: 'glossaryTerms', value: revision.name },
        column: { field: 'glossaryTerms', valueOf: (name: string) => name },
      }
  }
}

const suggestionsOfType = (world: World, type: string, revision: Revision, key: string): Suggestion[] => {
  const { asset, column } = fieldsOf(type, revision)
  const values = [
    { fieldPath: asset.field, value: asset.value },
    ...revision.columns.map(({ name }, index) => ({
      fieldPath: `columns[${index}].${column.field}`,
      value: column.valueOf(name),
    })),
  ]
  return values.map(({ fieldPath, value }) => ({
    fieldPath,
    value,
    confidence: Math.round(50 + 49 * draw(world.seed, 'confidence', key, fieldPath)) / 100,
  }))
}

/**
 * Returns the suggestions that wait for a decision: for each type, those of the latest run that succeeded for this
 * revision, except rejected suggestions.
 */
export const suggestionsFor = (
  world: World,
  domainId: string,
  asset: Asset,
  revision: Revision,
): Suggestion[] => {
  const nowMs = world.nowMs()
  const byType = new Map<string, Suggestion[]>()
  const runs = world.runs
    .ofSubject(domainId, asset.id)
    .filter((run) => run.revision === revision.revision)
    .toSorted((one, other) => one.plan.endsAtMs - other.plan.endsAtMs)
  for (const run of runs)
    for (const { type, status } of typeStatsAt(run.plan, nowMs) ?? [])
      if (status === 'SUCCEEDED') byType.set(type, suggestionsOfType(world, type, revision, run.id))
  return [...byType.values()]
    .flat()
    .filter(({ fieldPath }) => !asset.rejected.has(`${revision.revision} ${fieldPath}`))
}

/**
 * Returns the read-only form of the suggestions that wait for a decision; undefined when there are none. AWS has
 * published the name and type of the form, its list `fieldSuggestions` and the field paths; the rest of each entry is
 * an assumption.
 */
export const suggestionForms = (
  world: World,
  domainId: string,
  asset: Asset,
  revision: Revision,
): Form[] | undefined => {
  const suggestions = suggestionsFor(world, domainId, asset, revision)
  if (suggestions.length === 0) return undefined
  const fieldSuggestions = suggestions.map(({ fieldPath, value, confidence }) => ({
    fieldPath,
    suggestions: [{ value, confidence }],
  }))
  return [
    {
      formName: 'SuggestionForm',
      typeName: 'amazon.datazone.SuggestionFormType',
      typeRevision: '1',
      content: JSON.stringify({ fieldSuggestions }),
    },
  ]
}
