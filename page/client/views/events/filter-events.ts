import type { EventLine, RunRow } from '../../../shared/protocol.ts'

/** Which events the view can show: a bus, or what was rejected or skipped. */
export const buses = [
  ['', 'All'],
  ['run', 'Run bus'],
  ['service', 'DataZone'],
  ['requests', 'Rejected and skipped'],
] as const

/** Whether an event is of the bus and holds the text, which is in lower case. */
export const matches = (event: EventLine, bus: string, text: string): boolean => {
  if (bus === 'requests' && !/(Rejected|Skipped|Duplicate)$/.test(event.detailType)) return false
  if (bus !== '' && bus !== 'requests' && event.bus !== bus) return false
  if (text === '') return true
  const all = [event.detailType, event.target, event.runId, event.reason, event.id, event.causationId]
  return all.some((part) => part?.toLowerCase().includes(text) === true)
}

/** DataZone's events about a run name only the run: its row knows the asset. */
export const withTarget = (event: EventLine, byRunId: ReadonlyMap<string, RunRow>): EventLine => {
  const runId = event.runId ?? event.subjectId
  if (event.target !== undefined || runId === undefined) return event
  const row = byRunId.get(runId)
  return row === undefined
    ? event
    : { ...event, runId, target: row.target, kind: row.kind, domainId: row.domainId }
}
