import { list, nameOf, number } from './items.ts'
import type { Rule } from './rule.ts'

export const nothingDisturbed: Rule = ({ disturbed }) =>
  disturbed.map((key) => `${key} was touched by a version that cannot read it`)

/** Every write but the note of a duplicate leaves a line in the history; so more writes than lines are idle ones. */
export const noIdleWrites: Rule = ({ items }) =>
  items.flatMap((item) => {
    const lines = list(item, 'history').length
    const writes = number(item, 'version')
    if (lines >= 20) return []
    const accounted = lines + list(item, 'alsoRequestedBy').length
    return writes > accounted
      ? [`${nameOf(item)} was written ${writes} times, ${accounted} are accounted for`]
      : []
  })
