import * as z from 'zod/mini'

/** What could be read of an answer, and the paths of what could not. */
export interface Lenient<T> {
  readonly value: T
  readonly unreadable: readonly string[]
}

/** Removes the list element or the field that a path leads through; undefined when it is the whole value. */
const without = (value: unknown, path: readonly PropertyKey[]): { readonly value: unknown } | undefined => {
  const [first, second] = path
  if (typeof value !== 'object' || value === null || first === undefined) return undefined
  const copy = new Map<PropertyKey, unknown>(Object.entries(value))
  const list = copy.get(first)
  if (typeof second === 'number' && Array.isArray(list)) copy.set(first, list.toSpliced(second, 1))
  else copy.delete(first)
  return { value: Object.fromEntries(copy) }
}

/**
 * Parses field by field: what the schema refuses is left out (of a list, that element) and its path reported. Returns
 * undefined when a required field is missing or unreadable.
 */
export const parseLeniently = <Schema extends z.core.$ZodType>(
  schema: Schema,
  input: unknown,
): Lenient<z.core.output<Schema>> | undefined => {
  const unreadable: string[] = []
  let rest = input
  for (;;) {
    const parsed = z.safeParse(schema, rest)
    if (parsed.success) return { value: parsed.data, unreadable }
    const path = parsed.error.issues[0]?.path ?? []
    const [first] = path
    const isPresent = typeof rest === 'object' && rest !== null && first !== undefined && first in rest
    const next = isPresent ? without(rest, path) : undefined
    if (next === undefined) return undefined
    unreadable.push(path.map((part) => (typeof part === 'number' ? '[]' : String(part))).join('.'))
    rest = next.value
  }
}
