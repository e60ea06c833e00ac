import type { EventOrigin } from './arn.ts'
import { ServiceError } from './aws-json.ts'
import { type BusEvent, busEvent } from './bus-event.ts'
import { type EntryFailure, type PutEventsEntry, readEntry, readPutEvents } from './put-events.ts'

/** Returns the error code with which an entry fails, or undefined for an entry that is accepted. */
export type EntryFault = (entry: PutEventsEntry) => string | undefined

/** Returns the operation PutEvents, and functions that inject faults. */
export function putEventsOperation(options: {
  readonly buses: ReadonlySet<string>
  readonly origin: EventOrigin
  readonly accept: (bus: string, event: BusEvent, now: Date) => void
}) {
  const { buses, origin, accept } = options
  let entriesToFail = 0
  let fault: EntryFault | undefined
  const faultOf = (entry: PutEventsEntry): string | undefined => {
    if (entriesToFail === 0) return fault?.(entry)
    entriesToFail -= 1
    return 'InternalFailure'
  }
  const put = (entry: PutEventsEntry): EntryFailure | { readonly EventId: string } => {
    const accepted = readEntry(entry, buses)
    if ('ErrorCode' in accepted) return accepted
    const code = faultOf(entry)
    if (code !== undefined) return { ErrorCode: code, ErrorMessage: 'Injected fault' }
    const now = new Date()
    const sent = accepted.timeEpochSeconds === undefined ? now : new Date(accepted.timeEpochSeconds * 1000)
    const { source, detail, resources } = accepted
    const event = busEvent({ source, 'detail-type': accepted.detailType, detail, resources }, origin, sent)
    accept(accepted.bus, event, now)
    return { EventId: event.id }
  }
  return {
    failNext: (entries: number) => {
      entriesToFail = entries
    },
    setFault: (next: EntryFault | undefined) => {
      fault = next
    },
    PutEvents: (input: unknown) => {
      const entries = readPutEvents(input)
      if ('refusal' in entries) throw new ServiceError('ValidationException', entries.refusal)
      const Entries = entries.map(put)
      return { FailedEntryCount: Entries.filter((result) => 'ErrorCode' in result).length, Entries }
    },
  }
}
