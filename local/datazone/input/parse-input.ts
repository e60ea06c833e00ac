import type { z } from 'zod'

/** A message has at most this many characters, because it may repeat names that the caller gave. */
const longestMessage = 5000
const longestName = 60

const shortened = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`

/** Wrong input to the simulator's control. The message names each wrong field and what it must be. */
export class ControlError extends Error {
  override readonly name = 'ControlError'
  constructor(message: string, options?: ErrorOptions) {
    super(shortened(message, longestMessage), options)
  }
}

const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${shortened(String(part), longestName)}`))
    .join('')
    .replace(/^\./, '')

/** A message lists this many problems, and counts the rest. */
const maxProblems = 20

const missing = /^Invalid input: expected (.+), received undefined$/

/** Returns one sentence per wrong field: its name, and what it must be. */
const problemsOf = (issue: z.core.$ZodIssue): string[] => {
  const { path, message } = issue
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, maxProblems).map((key) => `${fieldOf([...path, key])}: ${message}`)
  if (path.length === 0) return [message.replace(missing, 'nothing was given, expected $1')]
  return [`${fieldOf(path)}: ${message.replace(missing, 'is missing, expected $1')}`]
}

const countOf = (issue: z.core.$ZodIssue): number =>
  issue.code === 'unrecognized_keys' ? issue.keys.length : 1

/** Returns the value parsed with a schema. Throws a ControlError that names each wrong field and what it must be. */
export const parseInput = <Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const { issues } = parsed.error
  const problems = issues.slice(0, maxProblems).flatMap(problemsOf).slice(0, maxProblems)
  const left = issues.reduce((sum, issue) => sum + countOf(issue), 0) - problems.length
  const listed = [...problems, ...(left > 0 ? [`and ${left} more`] : [])]
  throw new ControlError(`${what} is invalid: ${listed.join('; ')}`)
}
