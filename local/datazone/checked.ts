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

/** Parses by a schema; throws a ControlError that names each wrong field and what it should be. */
export const checked = <Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  value: unknown,
): z.output<Schema> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${fieldOf(path)}: ${message}`,
  )
  throw new ControlError(`${what} is not usable: ${problems.join('; ')}`)
}
