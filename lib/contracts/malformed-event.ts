import { errorText } from '../run/error-text.ts'
import { rejectionEventId } from '../run/identity.ts'
import { present } from '../run/present.ts'
import type { AssetRef, DataSourceRef, RunKind } from '../run/run.ts'
import { detailType, iso, type RunEvent } from './run-event.ts'

/** Why a message is rejected without a record: it is malformed, or the runs cannot be canceled (yet). */
type MessageError = 'MalformedRequest' | 'CannotCancel' | 'ProjectNotAllowed'

/** What is known about a message that makes no record. */
export interface RejectedMessage {
  readonly envelopeId?: string
  /** The kind of run that the message is about. */
  readonly runKind?: RunKind
  readonly errorName?: MessageError
  /** The message requests a cancel, so a consumer must not read the event as the ending of a run. */
  readonly isCancel?: true
  readonly about?: AssetRef | DataSourceRef
}

const namedBy = (about: AssetRef | DataSourceRef) => ({
  domainId: about.domainId,
  ...('assetId' in about ? { asset: { id: about.assetId } } : { dataSource: { id: about.dataSourceId } }),
})

/** The event of a body that makes no record. Its id is a hash of the body, so a repeat carries the same id (P4). */
export const malformedEvent = (
  body: string,
  problems: readonly string[],
  rejectedAtMs: number,
  { envelopeId, runKind, errorName = 'MalformedRequest', isCancel, about }: RejectedMessage = {},
): RunEvent => ({
  detailType: detailType('REJECTED', runKind),
  timeMs: rejectedAtMs,
  detail: {
    metadata: {
      id: rejectionEventId(body),
      version: 1,
      time: iso(rejectedAtMs),
      ...present({ causationId: envelopeId }),
    },
    data: {
      status: 'REJECTED',
      ...(about === undefined ? {} : namedBy(about)),
      ...(isCancel === true ? { rejectedRequest: 'CANCEL' as const } : {}),
      error: {
        name: errorName,
        message: errorText(`${isCancel === true ? 'cancel request refused: ' : ''}${problems.join('; ')}`),
      },
      detectedAt: iso(rejectedAtMs),
    },
  },
})
