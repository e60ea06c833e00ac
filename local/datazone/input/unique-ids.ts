import type { z } from 'zod'

/** Adds an issue, with the path and the fix, for each id that an earlier item has. */
export const requireUniqueIds = (
  context: z.RefinementCtx,
  ids: readonly string[],
  pathOf: (index: number) => PropertyKey[],
  fix: string,
): void => {
  const seen = new Set<string>()
  for (const [index, id] of ids.entries()) {
    if (seen.has(id))
      context.addIssue({ code: 'custom', path: pathOf(index), message: `duplicate id '${id}': ${fix}` })
    seen.add(id)
  }
}
