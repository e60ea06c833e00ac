import type { Revision } from '../world/domains.ts'
import type { Form } from './asset-forms.ts'

const words = (name: string): string =>
  name
    .split(/[^a-zA-Z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ')

type Prediction = Readonly<{ predictionTarget: string; predictionChoices: readonly string[] }>

const predictions = (
  revision: Revision,
  ofAsset: string,
  ofColumn: (name: string) => string,
): Prediction[] => [
  { predictionTarget: 'asset', predictionChoices: [ofAsset] },
  ...revision.columns.map(({ name }) => ({
    predictionTarget: `columns/${name}`,
    predictionChoices: [ofColumn(name)],
  })),
]

const contentOf = (type: string, revision: Revision): Prediction[] => {
  const table = words(revision.name)
  switch (type) {
    case 'BUSINESS_DESCRIPTIONS':
      return predictions(
        revision,
        `${table}: one row for each entry.`,
        (name) => `${words(name)} of ${table}.`,
      )
    case 'BUSINESS_NAMES':
      return predictions(revision, table, words)
    default:
      return predictions(revision, `${table} (term)`, (name) => `${words(name)} (term)`)
  }
}

/**
 * What a run suggests for one type, as a read-only form. That suggestions are in `readOnlyFormsOutput` is
 * documented; the form's name, its type and its content are not: these are made up.
 */
export const suggestionForm = (type: string, runId: string, revision: Revision): Form => {
  const formName = `${words(type.toLowerCase()).replaceAll(' ', '')}Predictions`
  return {
    formName,
    typeName: `amazon.datazone.${formName}FormType`,
    typeRevision: '1',
    content: JSON.stringify({ metadataGenerationRunId: runId, predictions: contentOf(type, revision) }),
  }
}
