import { invalidMember } from '../model/validation.ts'

/** The parts of an item that a search reads: attributes for filters and sorting, and texts for the search text. */
export type Searchable = Readonly<{
  attributes: Readonly<Record<string, string | number | readonly string[] | undefined>>
  texts: Readonly<Record<string, string>>
}>

type Filter = Readonly<{
  attribute: string
  value?: string | null
  intValue?: number | null
  operator?: string | null
}>

/** A filter, or clauses that must all hold (`and`) or of which at least one must hold (`or`). */
export type FilterClause = Readonly<{
  filter?: Filter | null
  and?: readonly FilterClause[] | null
  or?: readonly FilterClause[] | null
}>

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Returns whether a text has, for every word that is searched for, a word that begins with it. */
const hasWords = (text: string, wanted: readonly string[]): boolean => {
  const present = words(text)
  return wanted.every((beginning) => present.some((word) => word.startsWith(beginning)))
}

const compare = (one: string | number, other: string | number): number =>
  typeof one === 'number' && typeof other === 'number'
    ? one - other
    : String(one).localeCompare(String(other), 'en')

const matchesValue = (value: string | number, wanted: string | number, operator: string): boolean => {
  switch (operator) {
    case 'LT':
      return compare(value, wanted) < 0
    case 'LE':
      return compare(value, wanted) <= 0
    case 'GT':
      return compare(value, wanted) > 0
    case 'GE':
      return compare(value, wanted) >= 0
    case 'TEXT_SEARCH':
      return hasWords(String(value), words(String(wanted)))
    default:
      return compare(value, wanted) === 0
  }
}

const matchesFilter = ({ attributes }: Searchable, filter: Filter, path: string): boolean => {
  if (!Object.hasOwn(attributes, filter.attribute))
    throw invalidMember(
      `${path}.attribute`,
      `be one of the attributes that the simulator searches: [${Object.keys(attributes).join(', ')}]`,
    )
  const wanted = filter.value ?? filter.intValue
  if (wanted === undefined || wanted === null) throw invalidMember(path, 'have a value or an intValue')
  const values = [attributes[filter.attribute] ?? []].flat()
  return values.some((value) => matchesValue(value, wanted, filter.operator ?? 'EQ'))
}

/** Returns whether an item passes a filter. Throws ValidationException for a filter of an unknown attribute. */
export const passes = (
  item: Searchable,
  clause: FilterClause | null | undefined,
  path = 'filters',
): boolean => {
  if (!clause) return true
  const { filter, and, or } = clause
  if (filter) return matchesFilter(item, filter, `${path}.filter`)
  if (and) return and.every((part, index) => passes(item, part, `${path}.and.${index + 1}.member`))
  return (or ?? []).some((part, index) => passes(item, part, `${path}.or.${index + 1}.member`))
}

/** Returns the attributes whose text has every word of a search text. `searchIn` limits the attributes. */
export const textMatches = (
  { texts }: Searchable,
  searchText: string | null | undefined,
  searchIn: readonly Readonly<{ attribute: string }>[] | null | undefined,
): { attribute: string; text: string }[] => {
  const wanted = words(searchText ?? '')
  return Object.entries(texts)
    .filter(([attribute]) => !searchIn || searchIn.some((one) => one.attribute === attribute))
    .filter(([, text]) => hasWords(text, wanted))
    .map(([attribute, text]) => ({ attribute, text }))
}

type Sort = Readonly<{ attribute: string; order?: string | null }>

/**
 * Returns items sorted by an attribute, by default ascending, or in their order without a sort. Throws
 * ValidationException for an unknown attribute.
 */
export const sorted = <T extends { searchable: Searchable }>(
  items: readonly T[],
  sort: Sort | null | undefined,
): readonly T[] => {
  if (!sort) return items
  const sign = sort.order === 'DESCENDING' ? -1 : 1
  const keyOf = ({ searchable }: T): string | number =>
    [searchable.attributes[sort.attribute] ?? ''].flat()[0] ?? ''
  const [first] = items
  if (first !== undefined && !Object.hasOwn(first.searchable.attributes, sort.attribute))
    throw invalidMember(
      'sort.attribute',
      `be one of the attributes that the simulator sorts by: [${Object.keys(first.searchable.attributes).join(', ')}]`,
    )
  return items.toSorted((one, other) => sign * compare(keyOf(one), keyOf(other)))
}
