import { errorText } from './error-text.ts'
import { generationTypes, type InFlightRun } from './run.ts'
import type { TypeStat } from './service-result.ts'
import { meaningOfStatus } from './service-status.ts'

/** A status or type in a DataZone answer that this version does not know, for the log. */
export interface Unrecognized {
  readonly runId: string
  readonly what: string
}

interface Shown {
  readonly nativeStatus: string
  readonly types: readonly string[]
  readonly typeStats?: readonly TypeStat[]
}

const isKnownType = (type: string): boolean => generationTypes.some((known) => known === type)

/**
 * Returns the unrecognized statuses and types to log when a change of a run is written (P8): a status that the record did
 * not have before and, when the run has ended, its types. A run that does not change is logged once (P11).
 */
export const findUnrecognized = (before: InFlightRun, shown: Shown): readonly Unrecognized[] => {
  const meaning = meaningOfStatus(before.subject.kind, shown.nativeStatus)
  const isNewStatus =
    meaning.phase === 'active' && !meaning.known && shown.nativeStatus !== before.nativeStatus
  const types = [...shown.types, ...(shown.typeStats ?? []).map(({ type }) => type)]
  const unknownTypes = meaning.phase === 'ended' ? types.filter((type) => !isKnownType(type)) : []
  return [
    ...(isNewStatus ? [`status ${shown.nativeStatus}`] : []),
    ...[...new Set(unknownTypes)].slice(0, 10).map((type) => `type ${type}`),
  ].map((what) => ({ runId: before.runId, what: errorText(what, 100) }))
}
