import * as z from 'zod/mini'

type RawIssue = Parameters<z.core.$ZodErrorMap>[0]

const listed = (values: readonly unknown[]): string => values.map((value) => JSON.stringify(value)).join(', ')

/** What is wrong and what would be right, in the words of whoever sent it. Never repeats the value itself. */
const describe = (issue: RawIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing; give a ${issue.expected}`
        : `must be a ${issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${listed(issue.values)}`
    case 'invalid_format':
      if (issue.format === 'datetime')
        return 'must be an ISO 8601 time with a zone, like 2026-11-20T02:14:03Z'
      return issue.pattern === undefined ? `must be a valid ${issue.format}` : `must match ${issue.pattern}`
    case 'too_small':
      return `must have at least ${issue.minimum} (${issue.origin})`
    case 'too_big':
      return `must have at most ${issue.maximum} (${issue.origin})`
    case 'invalid_union':
      return Array.isArray(issue.options) ? `must be one of ${listed(issue.options)}` : 'is not valid'
    case 'unrecognized_keys':
      return `has unknown fields, remove them: ${listed(issue.keys.map((key) => key.slice(0, 40))).slice(0, 200)}`
    default:
      return 'is not valid'
  }
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] }

/** A body may be wrong in more ways than anybody reads. */
const problemLimit = 20

/** Parses `input`; each problem names its field by path, with the mend. */
export const parseWith = <Schema extends z.core.$ZodType>(
  schema: Schema,
  input: unknown,
  limit = problemLimit,
): Parsed<z.core.output<Schema>> => {
  const result = z.safeParse(schema, input, { error: describe })
  return result.success
    ? { ok: true, value: result.data }
    : {
        ok: false,
        problems: result.error.issues
          .slice(0, limit)
          .map((issue) => `${issue.path.length === 0 ? 'body' : issue.path.join('.')}: ${issue.message}`),
      }
}
