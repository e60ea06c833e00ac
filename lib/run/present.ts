/** `T` with each member that may be undefined made optional instead. */
export type Present<T> = {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key]
} & { [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined> }

/**
 * Returns the members that are not undefined, so that an optional field is absent instead of undefined:
 * `{ state, ...present({ error }) }`.
 */
export function present<T extends object>(members: T): Present<T>
export function present(members: object): object {
  const kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(members)) if (value !== undefined) kept[name] = value
  return kept
}
