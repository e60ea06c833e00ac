import * as z from 'zod/mini'
import { generationTypes } from '../run/run.ts'

/** Returns a copy of a schema with a description, which its JSON Schema shows. */
export const described = <Schema extends z.core.$ZodType>(description: string, schema: Schema): Schema => {
  const copy = z.clone(schema)
  z.globalRegistry.add(copy, { description })
  return copy
}

/** Patterns of the service model, anchored. */
export const domainIdPattern = /^dzd[-_][a-zA-Z0-9_-]{1,36}$/
const idPattern = /^[a-zA-Z0-9_-]{1,36}$/

export const domainId = z.string().check(z.regex(domainIdPattern))
export const projectId = z.string().check(z.regex(idPattern))
export const assetId = z.string().check(z.regex(idPattern))
export const dataSourceId = z.string().check(z.regex(idPattern))
/** 1 to `most` characters, without unpaired surrogates, which no service accepts as JSON. */
export const wellFormedText = (most: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(most),
    z.refine((text) => text.isWellFormed(), { error: 'must be well-formed Unicode' }),
  )
/** DataZone asks only for 1 to 64 characters. */
export const revision = wellFormedText(64)
/** Ids that senders choose: printable ASCII, so that logs and events can show them as they are. */
export const senderId = z.string().check(z.regex(/^[\x20-\x7E]{1,128}$/))
/** Long enough for a Step Functions task token. */
export const correlationId = z.string().check(z.regex(/^[\x20-\x7E]{1,2048}$/))
export const generationType = z.enum(generationTypes)
/** One to three, each at most once. */
export const typeList = z.array(generationType).check(
  z.minLength(1),
  z.maxLength(3),
  z.refine((types) => new Set(types).size === types.length, { error: 'must not repeat a type' }),
)

/**
 * ISO 8601 with a zone, as common clients print it: Java leaves out zero seconds (`02:14Z`) and adds the name of the zone
 * (`+01:00[Europe/Paris]`), Python's `str` and SQL print a space instead of the `T`, and `%z` and SQL shorten the offset
 * (`+0000`, `+00`).
 */
const timePattern =
  /^(\d{4}-\d{2}-\d{2})[T ](([01]\d|2[0-3]):[0-5]\d)(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)(\[[A-Za-z0-9_+/-]{1,64}\])?$/
const notATime = 'must be an ISO 8601 date-time with a time zone, e.g. 2026-11-20T02:14:00Z'

/** Returns the ms since the epoch of a text that `timestamp` accepts; NaN for a day that does not exist. */
export const timestampMs = (text: string): number => {
  const [, date = '', time = '', , seconds = ':00', , zone = 'Z'] = timePattern.exec(text) ?? []
  const minute = `${date}T${time}`
  const day = new Date(`${minute}:00Z`)
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(minute)) return Number.NaN
  const offset = zone.replace(/^([+-]\d{2}):?(\d{2})?$/, (_, hours, minutes = '00') => `${hours}:${minutes}`)
  return Date.parse(`${minute}${seconds}${offset}`)
}

/** ISO 8601 with a zone, from the year 2000 on. */
export const timestamp = z.string().check(
  z.regex(timePattern, { error: notATime, abort: true }),
  z.refine((text) => !Number.isNaN(timestampMs(text)), { error: notATime }),
  z.refine((text) => !(timestampMs(text) < Date.UTC(2000)), { error: 'must not be before the year 2000' }),
)

/** Returns the value if the schema accepts it, else undefined. */
export const readIf = <Schema extends z.core.$ZodType>(
  schema: Schema,
  value: unknown,
): z.core.output<Schema> | undefined => {
  const found = z.safeParse(schema, value)
  return found.success ? found.data : undefined
}

/** Returns a readable time in ms since the epoch, or undefined for any other value. */
export const readTimeMs = (value: unknown): number | undefined => {
  const time = readIf(timestamp, value)
  return time === undefined ? undefined : timestampMs(time)
}
