import type { z } from 'zod'

/** What was given to the control of the simulator is not what it takes. The message names each field and its fix. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')

/** So many problems are told; of more, only how many there are. */
const maxProblems = 20

const missing = /^Invalid input: expected (.+), received undefined$/

/** A sentence for each wrong field: its name, and what it should be. */
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
  const told = [...problems.slice(0, maxProblems), ...(left > 0 ? [`and ${left} more`] : [])]
  throw new ControlError(`${what} is not usable: ${told.join('; ')}`)
}
