import type { Ending, RunKind } from './run.ts'

/**
 * What a DataZone status means. Statuses are plain strings here on purpose (P8): an unrecognized one counts as active and
 * is shown as it is; it never counts as an ending.
 */
export type StatusMeaning =
  | { readonly phase: 'active'; readonly known: boolean }
  | { readonly phase: 'ended'; readonly ending: Ending }

type Meanings = Readonly<Record<string, StatusMeaning>>

/** Service model, `MetadataGenerationRunStatus`. */
const metadataRunStatuses: Meanings = {
  SUBMITTED: { phase: 'active', known: true },
  IN_PROGRESS: { phase: 'active', known: true },
  SUCCEEDED: { phase: 'ended', ending: 'SUCCEEDED' },
  PARTIALLY_SUCCEEDED: { phase: 'ended', ending: 'PARTIALLY_SUCCEEDED' },
  FAILED: { phase: 'ended', ending: 'FAILED' },
  CANCELED: { phase: 'ended', ending: 'CANCELED' },
}

/** Service model, `DataSourceRunStatus`: success is SUCCESS here. */
const dataSourceRunStatuses: Meanings = {
  REQUESTED: { phase: 'active', known: true },
  RUNNING: { phase: 'active', known: true },
  SUCCESS: { phase: 'ended', ending: 'SUCCEEDED' },
  PARTIALLY_SUCCEEDED: { phase: 'ended', ending: 'PARTIALLY_SUCCEEDED' },
  FAILED: { phase: 'ended', ending: 'FAILED' },
}

/** Every documented DataZone status, by kind of run. */
export const knownStatuses: Readonly<Record<RunKind, Meanings>> = {
  METADATA_GENERATION: metadataRunStatuses,
  DATA_SOURCE: dataSourceRunStatuses,
}

const unrecognized: StatusMeaning = { phase: 'active', known: false }

/** What a status means for a run of this kind. */
export const meaningOfStatus = (kind: RunKind, nativeStatus: string): StatusMeaning => {
  const meanings = knownStatuses[kind]
  return (Object.hasOwn(meanings, nativeStatus) ? meanings[nativeStatus] : undefined) ?? unrecognized
}
