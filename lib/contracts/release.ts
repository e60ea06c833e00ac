import * as z from 'zod/mini'
import { assetId, domainId } from './fields.ts'

/** The sweep's note to the starter: go on with this record. Ours alone, not an interface. */
export const Release = z.strictObject({
  release: z.literal(1),
  domainId,
  assetId,
  /** The record's sort key. */
  record: z.string().check(z.minLength(1), z.maxLength(1024)),
})
export type Release = z.infer<typeof Release>
