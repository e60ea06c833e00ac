import { list, nameOf, number } from './items.ts'
import type { Rule } from './rule.ts'

/** P8: a version that cannot read a record does not change it. */
export const unreadableRecordsAreNotChanged: Rule = ({ overwritten }) =>
  overwritten.map((key) => `${key} was changed by a version that cannot read it`)

/** P11: every write adds a line to the history or notes a duplicate, so a record has no more writes than both together. */
export const noIdleWrites: Rule = ({ items }) =>
  items.flatMap((item) => {
    const lines = list(item, 'history').length
    const writes = number(item, 'version')
    if (lines >= 20) return []
    const accounted = lines + list(item, 'alsoRequestedBy').length
    return writes > accounted
      ? [`${nameOf(item)} was written ${writes} times, but its history accounts for ${accounted}`]
      : []
  })
