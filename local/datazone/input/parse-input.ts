import type { z } from 'zod'

/** Wrong input to the simulator's control. The message names each wrong field and what it should be. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')

/** A message lists this many problems, and counts the rest. */
const maxProblems = 20

const missing = /^Invalid input: expected (.+), received undefined$/

/** One sentence per wrong field: its name, and what it should be. */
const problemsOf = (issue: z.core.$ZodIssue): string[] => {
  const { path, message } = issue
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${fieldOf([...path, key])}: ${message}`)
  if (path.length === 0) return [message.replace(missing, 'nothing was given, expected $1')]
  return [`${fieldOf(path)}: ${message.replace(missing, 'is missing, expected $1')}`]
}

/** Parses by a schema; throws a ControlError that names each wrong field and what it should be. */
export const parseInput = <Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.flatMap(problemsOf)
  const left = problems.length - maxProblems
  const listed = [...problems.slice(0, maxProblems), ...(left > 0 ? [`and ${left} more`] : [])]
  throw new ControlError(`${what} is not usable: ${listed.join('; ')}`)
}
