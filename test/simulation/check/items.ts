export type Item = Readonly<Record<string, unknown>>

export const text = (item: Item, name: string): string | undefined => {
  const value = item[name]
  return typeof value === 'string' ? value : undefined
}

export const number = (item: Item, name: string): number => {
  const value = item[name]
  return typeof value === 'number' ? value : Number.NaN
}

export const list = (item: Item, name: string): readonly unknown[] => {
  const value = item[name]
  return Array.isArray(value) ? value : []
}

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null

const nothing: Item = {}

export const inner = (item: Item, name: string): Item => {
  const value = item[name]
  return isItem(value) ? value : nothing
}

export const typesKey = (types: readonly unknown[]): string =>
  types.length === 1 ? String(types[0]) : types.map(String).sort().join('+')

/** Returns the types that Start asks for: a retry leaves out those that have succeeded. */
export const startedTypes = (item: Item) =>
  item['onlyTypes'] === undefined ? list(item, 'types') : list(item, 'onlyTypes')

export const requestKeyOf = (item: Item): string => text(inner(item, 'request'), 'requestKey') ?? ''

export const idOfRequest = (item: Item): string =>
  requestKeyOf(item).slice(requestKeyOf(item).indexOf(':') + 1)

/** Returns the id of the asset or of the data source. */
export const targetOf = (item: Item): string | undefined =>
  text(item, 'assetId') ?? text(item, 'dataSourceId')

/** Returns the revision of an asset; for a data source, the trigger key or the run id of a foreign run. */
export const revisionOf = (item: Item): string | undefined =>
  text(item, 'revision') ?? text(item, 'triggerKey') ?? text(item, 'foreignRunId')

/** Returns whether a record follows a foreign run. */
export const isForeign = (item: Item): boolean => item['foreignRunId'] !== undefined

/** Rules compare every record with every other, so each subject is built once. */
const subjects = new WeakMap<Item, string>()

export const subjectOf = (item: Item): string => {
  const known = subjects.get(item)
  if (known !== undefined) return known
  const subject = `${targetOf(item)}@${revisionOf(item) ?? '?'} ${typesKey(list(item, 'types'))}`
  subjects.set(item, subject)
  return subject
}

export const nameOf = (item: Item): string =>
  `${subjectOf(item)}#${number(item, 'attempt')}${revisionOf(item) === undefined ? ` ${requestKeyOf(item)}` : ''}`

export const isPlanned = (item: Item): boolean => item['state'] === 'PLANNED'

/** Returns the attempt that this one retries, or undefined where this one is no retry. */
export const retriedAttempt = (item: Item, items: readonly Item[]): Item | undefined =>
  items.find(
    (other) =>
      other['willRetry'] === true &&
      subjectOf(other) === subjectOf(item) &&
      number(other, 'attempt') === number(item, 'attempt') - 1 &&
      requestKeyOf(other) === requestKeyOf(item),
  )

/** Returns whether an ended run succeeded for a type, by its typeStats where it has them. */
export const succeededFor = (item: Item, type: unknown): boolean => {
  const stat = list(item, 'typeStats')
    .filter(isItem)
    .find((one) => one['type'] === type)
  return (stat === undefined ? item['ending'] : stat['status']) === 'SUCCEEDED'
}

export const historyOf = (item: Item): readonly Item[] => list(item, 'history').filter(isItem)

/** Returns whether a history has all of its lines: a record keeps only the last 20. */
export const isHistoryComplete = (item: Item): boolean => historyOf(item).length < 20
