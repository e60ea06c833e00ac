import { errorText } from './error-text.ts'
import { generationTypes, type InFlightRun, type TypeStat } from './run.ts'
import { meaningOfStatus } from './service-status.ts'

/** Something in an answer of DataZone's that this version does not know, for the log: names, and nothing of content. */
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
 * What is unheard of, and news, when a change of a run is written (P8): a status that the record did not have before,
 * and, once, when the run has ended, types. So a run that stays as it is tells nothing twice (P11).
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
