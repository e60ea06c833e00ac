import type { Asset, Revision } from '../world/domains.ts'
import { typeStatsAt } from '../world/metadata-run-plan.ts'
import { draw } from '../world/random.ts'
import type { World } from '../world/world.ts'
import type { Form } from './asset-forms.ts'

/** One suggestion of a run: the field that it is for, its value, and how sure the model is of it, from 0 to 1. */
export type Suggestion = Readonly<{ fieldPath: string; value: string; confidence: number }>

const titled = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')

/** The field of the asset and the field of each column that a type fills, and the made-up values. */
const fieldsOf = (type: string, revision: Revision) => {
  const table = titled(revision.name)
  switch (type) {
    case 'BUSINESS_DESCRIPTIONS':
      return {
        asset: { field: 'summary', value: `${table}: one row for each entry.` },
        column: { field: 'columnDescription', valueOf: (name: string) => `${titled(name)} of ${table}.` },
      }
    case 'BUSINESS_NAMES':
      return {
        asset: { field: 'businessName', value: table },
        column: { field: 'businessName', valueOf: titled },
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
 * The suggestions that wait for a decision: those of the latest run of each type that succeeded for this revision,
 * without the rejected ones.
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
 * The read-only form of the suggestions that wait for a decision; undefined when there are none. Published are the
 * form's name and type, its list `fieldSuggestions`, and the field paths; the rest of each entry is an assumption.
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
