import { isSameSubject } from '../../run/identity.ts'
import { present } from '../../run/present.ts'
import { type GenerationType, isForeign, type Run } from '../../run/run.ts'

/** What a cancel request must name so that it cancels one run. */
export type CancelScope =
  | { readonly asset: { readonly id: string; readonly revision?: string }; readonly types: GenerationType[] }
  | { readonly dataSource: { readonly id: string }; readonly triggerKey: string }

export type CancelScopeResult =
  | { readonly outcome: 'cancelable'; readonly scope: CancelScope }
  | { readonly outcome: 'refused'; readonly why: string }

const refused = (why: string): CancelScopeResult => ({ outcome: 'refused', why })

/** Returns what to name to cancel a run, or why it cannot be canceled. */
export const cancelScopeOf = (run: Run): CancelScopeResult => {
  const { subject } = run
  if (run.state === 'ENDED') return refused(`it has ended as ${run.ending}`)
  if (run.state === 'PLANNED') return refused('mode plan started nothing')
  if (run.cancel !== undefined) return refused('its cancel was requested already')
  if (subject.kind === 'METADATA_GENERATION') {
    const { assetId: id, revision, types } = subject
    return revision === undefined
      ? refused('its revision is not known yet; name its asset to cancel all that was requested for it')
      : { outcome: 'cancelable', scope: { asset: { id, ...present({ revision }) }, types: [...types] } }
  }
  if (isForeign(subject) || run.state === 'IN_FLIGHT' || run.state === 'CLAIMED')
    return refused('DataZone cannot cancel a data source run that has started')
  const { dataSourceId: id, triggerKey } = subject
  return { outcome: 'cancelable', scope: { dataSource: { id }, triggerKey } }
}

/** The other open runs among an asset's records that a cancel of `run` cancels, too: the same revision, no other types. */
export const alsoCanceled = (run: Run, records: readonly Run[]): readonly Run[] => {
  const { subject } = run
  if (subject.kind !== 'METADATA_GENERATION') return []
  return records.filter(
    (other) =>
      other.subject.kind === 'METADATA_GENERATION' &&
      other.state !== 'ENDED' &&
      other.state !== 'PLANNED' &&
      !isSameSubject(other.subject, subject) &&
      other.subject.revision === subject.revision &&
      other.subject.types.every((type) => subject.types.includes(type)),
  )
}
