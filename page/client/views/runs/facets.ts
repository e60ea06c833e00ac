import type { RunRow } from '../../../shared/protocol.ts'
import { shortened, typeName, visible } from '../../model/format.ts'
import { reasonWord } from '../../model/statuses.ts'

/** How often each value occurs. */
export const tally = (values: Iterable<string | undefined>): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const value of values)
    if (value !== undefined && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

type Options = readonly (readonly [value: string, word: string])[]

const optionsOf = (values: ReadonlySet<string>, all: string, word = (value: string) => value): Options => [
  ['', all],
  ...[...values].toSorted().map((value) => [value, shortened(visible(word(value)), 60)] as const),
]

/** The values that the rows can be filtered by, as the options of selects. */
export const facetsOf = (rows: readonly RunRow[]) => {
  const [reasons, types, domains] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const projects = new Map<string, string>()
  for (const row of rows) {
    if (row.reason !== undefined) reasons.add(row.reason)
    for (const type of row.types) types.add(type)
    domains.add(row.domainId)
    if (row.projectId !== '') projects.set(row.projectId, row.projectName ?? row.projectId)
  }
  return {
    reason: optionsOf(reasons, 'any reason', reasonWord),
    type: optionsOf(types, 'any type', typeName),
    domain: optionsOf(domains, 'any domain'),
    project: optionsOf(new Set(projects.keys()), 'any project', (id) => projects.get(id) ?? id),
  }
}
