import type { EventLine } from '../../../shared/protocol.ts'
import { shortened, visible } from '../../model/format.ts'
import { runHref } from '../../router.ts'
import { Status } from '../../ui/status.tsx'

/** `Metadata Generation Run Timed Out` as the status TIMED_OUT; undefined for other events. */
export const statusOf = (detailType: string): string | undefined => {
  const [, word] =
    /^(?:Metadata Generation|Data Source)(?: Run)? (Started|Succeeded|Partially Succeeded|Failed|Canceled|Timed Out|Lost|Rejected)$/.exec(
      detailType,
    ) ?? []
  return word === 'Started' ? 'STARTED' : word?.toUpperCase().replace(' ', '_')
}

/** The key of an event among those that the page holds. */
export const keyOf = ({ sequence }: EventLine): string => String(sequence)

/** The asset or data source of an event, as a link to its run. */
export const link = (event: EventLine) =>
  event.target === undefined || event.domainId === undefined ? (
    <span class="muted">{visible(event.target ?? '')}</span>
  ) : (
    <a href={runHref({ domainId: event.domainId, kind: event.kind ?? 'asset', target: event.target })}>
      {visible(shortened(event.target, 60))}
    </a>
  )

const subjectOf = ({ bus, detailType }: EventLine): string => {
  if (bus === 'service') return 'DataZone'
  return detailType.startsWith('Data Source') ? 'data source run' : 'run'
}

/** An event of a run as its status, any other as its detail type. */
export const What = ({ event }: { readonly event: EventLine }) => {
  const status = statusOf(event.detailType)
  return status === undefined ? (
    visible(event.detailType || 'event without a type')
  ) : (
    <Status status={status} detail={subjectOf(event)} />
  )
}
