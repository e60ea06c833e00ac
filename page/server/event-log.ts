import { present } from '../../lib/run/present.ts'
import type { EventLine } from '../shared/protocol.ts'

/** The last events that the page has seen. */
export interface EventLog {
  sequence(): number
  add(line: Omit<EventLine, 'sequence'>): void
  /** The events after `sequence`, oldest first, as far as they are kept. */
  since(sequence: number): readonly EventLine[]
}

const kept = 2000

/** Keeps the last 2,000 events. */
export const eventLog = (onAdd: () => void): EventLog => {
  const lines: EventLine[] = []
  let sequence = 0
  return {
    sequence: () => sequence,
    add: (line) => {
      sequence += 1
      lines.push({ ...line, sequence })
      if (lines.length > 2 * kept) lines.splice(0, lines.length - kept)
      onAdd()
    },
    since: (from) => {
      const found = lines.slice(-kept)
      return from === 0 ? found : found.filter((line) => line.sequence > from)
    },
  }
}

/** The value at a path of an event; undefined where the event has none. */
const valueAt = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
    value,
  )

const textAt = (value: unknown, ...path: readonly string[]): string | undefined => {
  const found = valueAt(value, ...path)
  return typeof found === 'string' ? found : undefined
}

const joined = (...parts: readonly (string | undefined)[]): string | undefined => {
  const known = parts.filter((part) => part !== undefined)
  return known.length === 0 ? undefined : known.join(': ')
}

/** Reads an event of the local archive. Its fields link it to what caused it; any of them may be missing. */
export const eventLine = (archived: unknown): Omit<EventLine, 'sequence'> => {
  const event = valueAt(archived, 'event')
  const data = valueAt(event, 'detail', 'data')
  const metadata = valueAt(event, 'detail', 'metadata')
  const asset = textAt(data, 'asset', 'id') ?? textAt(data, 'assetId')
  const source = textAt(data, 'dataSource', 'id') ?? textAt(data, 'dataSourceId')
  const kind = asset === undefined ? (source === undefined ? undefined : 'source') : 'asset'
  return {
    atMs: Date.parse(textAt(archived, 'arrivedAt') ?? '') || Date.now(),
    bus: textAt(archived, 'bus') === 'default' ? 'service' : 'run',
    source: textAt(event, 'source') ?? '',
    detailType: textAt(event, 'detail-type') ?? '',
    id: textAt(event, 'id') ?? '',
    event,
    ...present({
      domainId: textAt(data, 'domainId') ?? textAt(metadata, 'domain'),
      target: asset ?? source,
      kind,
      runId: textAt(data, 'runId'),
      subjectId: textAt(event, 'source')?.startsWith('aws.') === true ? textAt(metadata, 'id') : undefined,
      causationId: textAt(metadata, 'causationId'),
      reason:
        joined(textAt(data, 'error', 'name'), textAt(data, 'error', 'message')) ??
        joined(textAt(data, 'skip', 'reason'), textAt(data, 'skip', 'because')),
    } as const),
  }
}
