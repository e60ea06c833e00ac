import type { UnreadableFields } from './answer.ts'

const isStructure = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Returns a serialized answer in which the values of the fault replace those of the service. */
export const withUnreadableFields = (answer: unknown, unreadable: UnreadableFields | undefined): unknown => {
  if (unreadable === undefined) return answer
  if (Array.isArray(answer)) return answer.map((item: unknown) => withUnreadableFields(item, unreadable))
  if (!isStructure(answer)) return answer
  const isHit = unreadable.id === undefined || answer['id'] === unreadable.id
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      name,
      isHit && Object.hasOwn(unreadable.fields, name)
        ? unreadable.fields[name]
        : withUnreadableFields(value, unreadable),
    ]),
  )
}
