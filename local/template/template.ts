import { z } from 'zod'

/** Any JSON value. */
export type Json = z.infer<typeof jsonSchema>

/** A JSON object. */
export type JsonObject = { [key: string]: Json }

export const jsonSchema = z.json()

const resourceSchema = z.looseObject({
  Type: z.string(),
  Condition: z.string().optional(),
  Properties: z.record(z.string(), jsonSchema).optional(),
})

const parameterSchema = z.strictObject({
  Type: z.enum(['String', 'Number', 'CommaDelimitedList']),
  Default: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  AllowedValues: z.array(z.union([z.string(), z.number(), z.boolean()]).transform(String)).optional(),
  AllowedPattern: z.string().optional(),
  MinLength: z.coerce.number().optional(),
  MaxLength: z.coerce.number().optional(),
  MinValue: z.coerce.number().optional(),
  MaxValue: z.coerce.number().optional(),
  ConstraintDescription: z.string().optional(),
  Description: z.string().optional(),
  NoEcho: z.union([z.boolean(), z.string()]).optional(),
})

const templateSchema = z.looseObject({
  Parameters: z.record(z.string(), parameterSchema).default({}),
  Conditions: z.record(z.string(), jsonSchema).default({}),
  Resources: z.record(z.string(), resourceSchema),
})

/** A CloudFormation template with unresolved intrinsics. */
export type Template = z.infer<typeof templateSchema>

/** An entry of `Parameters`. */
export type ParameterDeclaration = z.infer<typeof parameterSchema>

/** Returns a parsed CloudFormation template. Throws Error, with the path of each value that is not supported. */
export function parseTemplate(document: unknown): Template {
  return parseAt(templateSchema, document, '')
}

/** Returns a value parsed with a schema. Throws Error, with the template path of each value that is not supported. */
export function parseAt<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(
    (issue) => `${[path, ...issue.path].filter((part) => part !== '').join('.')}: ${issue.message}`,
  )
  throw new Error(`The local stack does not support this template: ${problems.join('; ')}`)
}
