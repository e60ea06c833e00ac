import * as z from 'zod/mini'
import { generationTypes } from '../run/run.ts'

/** Patterns of the service model, anchored. */
export const domainIdPattern = /^dzd[-_][a-zA-Z0-9_-]{1,36}$/
const idPattern = /^[a-zA-Z0-9_-]{1,36}$/

export const domainId = z.string().check(z.regex(domainIdPattern))
export const projectId = z.string().check(z.regex(idPattern))
export const assetId = z.string().check(z.regex(idPattern))
export const dataSourceId = z.string().check(z.regex(idPattern))
/** DataZone asks only for 1 to 64 characters; unpaired surrogates cannot be sent to it as JSON. */
export const revision = z.string().check(
  z.minLength(1),
  z.maxLength(64),
  z.refine((text) => text.isWellFormed(), { error: 'must be well-formed Unicode' }),
)
/** Ids that senders choose: printable ASCII, so that they can stand in logs and events as they are. */
export const senderId = z.string().check(z.regex(/^[\x20-\x7E]{1,128}$/))
export const generationType = z.enum(generationTypes)
/** One to three, each at most once. */
export const typeList = z.array(generationType).check(
  z.minLength(1),
  z.maxLength(3),
  z.refine((types) => new Set(types).size === types.length, { error: 'must not repeat a type' }),
)
/** ISO 8601 with a zone, of this century or later. */
export const timestamp = z.iso.datetime({ offset: true }).check(
  z.refine((text) => !(new Date(text).getUTCFullYear() < 2000), {
    error: 'must not be before the year 2000',
  }),
)
