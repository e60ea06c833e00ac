import { z } from 'zod'
import { jsonSchema } from './template.ts'

/** A number, which CloudFormation also accepts as text. */
export const numeric = z.union([z.number(), z.string().regex(/^\d+$/)]).transform(Number)

/** A boolean, which CloudFormation also accepts as text. */
export const flag = z
  .union([z.boolean(), z.enum(['true', 'false'])])
  .transform((value) => String(value) === 'true')

/** A property that has no effect on one machine. */
export const ignored = jsonSchema.optional()

/** A JSON document, as text or as an object, which becomes text. */
export const jsonText = z.union([
  z.string(),
  z.record(z.string(), jsonSchema).transform((value) => JSON.stringify(value)),
])
