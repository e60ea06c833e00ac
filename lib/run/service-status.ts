import type { Ending } from './run.ts'

/**
 * What a status of DataZone's means to us. Statuses are strings at this edge on purpose: P8, one that nobody has heard
 * of is kept and shown as in progress, never taken for an ending.
 */
export type StatusMeaning =
  | { readonly phase: 'going'; readonly known: boolean }
  | { readonly phase: 'ended'; readonly ending: Ending }

const metadataRunStatuses: Readonly<Record<string, StatusMeaning>> = {
  SUBMITTED: { phase: 'going', known: true },
  IN_PROGRESS: { phase: 'going', known: true },
  SUCCEEDED: { phase: 'ended', ending: 'SUCCEEDED' },
  PARTIALLY_SUCCEEDED: { phase: 'ended', ending: 'PARTIALLY_SUCCEEDED' },
  FAILED: { phase: 'ended', ending: 'FAILED' },
  CANCELED: { phase: 'ended', ending: 'CANCELED' },
}

/** Statuses of a metadata generation run (service model, `MetadataGenerationRunStatus`). */
export const meaningOfMetadataStatus = (nativeStatus: string): StatusMeaning =>
  Object.hasOwn(metadataRunStatuses, nativeStatus)
    ? (metadataRunStatuses[nativeStatus] ?? { phase: 'going', known: false })
    : { phase: 'going', known: false }
