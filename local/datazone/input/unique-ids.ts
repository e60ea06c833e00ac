import type { z } from 'zod'

/** Refuses an id that an item before it has: tells its place, and `what` to do. */
export const requireUniqueIds = (
  context: z.RefinementCtx,
  ids: readonly string[],
  pathOf: (index: number) => PropertyKey[],
  what: string,
): void => {
  const seen = new Set<string>()
  for (const [index, id] of ids.entries()) {
    if (seen.has(id))
      context.addIssue({
        code: 'custom',
        path: pathOf(index),
        message: `'${id}' is there twice: ${what}`,
      })
    seen.add(id)
  }
}
