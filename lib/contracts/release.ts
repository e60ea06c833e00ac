import * as z from 'zod/mini'
import { assetId, dataSourceId, domainId } from './fields.ts'

/** The record's sort key. */
const record = z.string().check(z.minLength(1), z.maxLength(1024))

/** The sweep's message to the starter to resume a record. Internal, not an interface. */
export const Release = z.union([
  z.strictObject({ release: z.literal(1), domainId, assetId, record }),
  z.strictObject({ release: z.literal(1), domainId, dataSourceId, record }),
])
export type Release = z.infer<typeof Release>
