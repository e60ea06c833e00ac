import type { EventLine, RunRow } from '../../../shared/protocol.ts'

/** The choices of the view: the events of a bus, or what was rejected or skipped. */
export const buses = [
  ['', 'All'],
  ['run', 'Run bus'],
  ['service', 'DataZone'],
  ['requests', 'Rejected and skipped'],
] as const

/** Whether an event is of the bus and contains the text, which must be in lower case. */
export const matches = (event: EventLine, bus: string, text: string): boolean => {
  if (bus === 'requests' && !/(Rejected|Skipped|Duplicate)$/.test(event.detailType)) return false
  if (bus !== '' && bus !== 'requests' && event.bus !== bus) return false
  if (text === '') return true
  const all = [event.detailType, event.target, event.runId, event.reason, event.id, event.causationId]
  return all.some((part) => part?.toLowerCase().includes(text) === true)
}

/** Adds the asset to an event of DataZone that names only the run, from the run's row. */
export const withTarget = (event: EventLine, byRunId: ReadonlyMap<string, RunRow>): EventLine => {
  const runId = event.runId ?? event.subjectId
  if (event.target !== undefined || runId === undefined) return event
  const row = byRunId.get(runId)
  return row === undefined
    ? event
    : { ...event, runId, target: row.target, kind: row.kind, domainId: row.domainId }
}
