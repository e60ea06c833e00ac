import { z } from 'zod'
import { busNameOf } from './arn.ts'

const entrySchema = z.looseObject({
  Source: z.string().optional(),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().optional(),
  Resources: z.array(z.string()).optional(),
  /** In epoch seconds, as in the AWS JSON protocol. */
  Time: z.number().optional(),
})

const requestSchema = z.looseObject({ Entries: z.array(entrySchema) })

/** An entry of a PutEvents call. */
export type PutEventsEntry = z.infer<typeof entrySchema>

/** A valid entry, for its bus. */
export interface AcceptedEntry {
  readonly bus: string
  readonly source: string
  readonly detailType: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly resources: readonly string[]
  readonly timeEpochSeconds: number | undefined
}

/** Why an entry failed, in the form of PutEvents. */
export interface EntryFailure {
  readonly ErrorCode: string
  readonly ErrorMessage: string
}

/** Why the whole call is refused. */
export interface CallRefusal {
  readonly refusal: string
}

const maximumEntries = 10
/** The documented size limit of a call since 2026; it was 256 KiB before. */
const maximumBytes = 1024 * 1024

/** Returns the entries of a PutEvents request, or why the request is refused with a ValidationException. */
export function readPutEvents(body: unknown): readonly PutEventsEntry[] | CallRefusal {
  const request = requestSchema.safeParse(body)
  if (!request.success) {
    const problems = request.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'input'}: ${message}`,
    )
    return { refusal: problems.join('; ') }
  }
  const entries = request.data.Entries
  if (entries.length === 0 || entries.length > maximumEntries) {
    const bound =
      entries.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${maximumEntries}`
    return {
      refusal: `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length ${bound}`,
    }
  }
  const bytes = entries.reduce((sum, entry) => sum + entryBytes(entry), 0)
  return bytes > maximumBytes
    ? { refusal: 'Total size of the entries in the request is over the limit.' }
    : entries
}

/** Returns how many bytes of an entry count toward the size limit. */
export function entryBytes(entry: PutEventsEntry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...(entry.Resources ?? [])]
  const time = entry.Time === undefined ? 0 : 14
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), time)
}

/** Returns a valid entry, or why it failed. The call succeeds even when every entry fails. */
export function readEntry(entry: PutEventsEntry, buses: ReadonlySet<string>): AcceptedEntry | EntryFailure {
  const { Source, DetailType, Detail } = entry
  if (!Source) return missing('Source')
  if (!DetailType) return missing('DetailType')
  if (!Detail) return missing('Detail')
  if (Source.startsWith('aws.'))
    return failure('NotAuthorizedForSourceException', 'Not authorized for the source.')
  const bus = busNameOf(entry.EventBusName)
  // EventBridge accepts an entry for an unknown bus and silently drops it. The local stack reports the wrong name.
  if (!buses.has(bus)) return failure('ResourceNotFoundException', `Event bus ${bus} does not exist.`)
  const detail = readDetail(Detail)
  if (detail === undefined) return failure('MalformedDetail', 'Detail is malformed.')
  return {
    bus,
    source: Source,
    detailType: DetailType,
    detail,
    resources: entry.Resources ?? [],
    timeEpochSeconds: entry.Time,
  }
}

function readDetail(text: string): Record<string, unknown> | undefined {
  try {
    return z.record(z.string(), z.unknown()).safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function missing(field: string): EntryFailure {
  return failure(
    'InvalidArgument',
    `Parameter ${field} is not valid. Reason: ${field} is a required argument.`,
  )
}

function failure(ErrorCode: string, ErrorMessage: string): EntryFailure {
  return { ErrorCode, ErrorMessage }
}
