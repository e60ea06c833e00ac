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

/** What DataZone was asked for: a retry may leave out what has succeeded. */
export const startedTypes = (item: Item) =>
  item['onlyTypes'] === undefined ? list(item, 'types') : list(item, 'onlyTypes')

export const requestKeyOf = (item: Item): string => text(inner(item, 'request'), 'requestKey') ?? ''

export const idOfRequest = (item: Item): string =>
  requestKeyOf(item).slice(requestKeyOf(item).indexOf(':') + 1)

/** A data source stands for an asset, and a trigger key, or the run id of one that others started, for a revision. */
export const targetOf = (item: Item): string | undefined =>
  text(item, 'assetId') ?? text(item, 'dataSourceId')

export const revisionOf = (item: Item): string | undefined =>
  text(item, 'revision') ?? text(item, 'triggerKey') ?? text(item, 'foreignRunId')

/** Of a foreign data source run. */
export const isForeign = (item: Item): boolean => item['foreignRunId'] !== undefined

const subjects = new WeakMap<Item, string>()

/** Rules compare every record with every other, so it is put together once for each. */
export const subjectOf = (item: Item): string => {
  const before = subjects.get(item)
  if (before !== undefined) return before
  const subject = `${targetOf(item)}@${revisionOf(item) ?? '?'} ${typesKey(list(item, 'types'))}`
  subjects.set(item, subject)
  return subject
}

export const nameOf = (item: Item): string =>
  `${subjectOf(item)}#${number(item, 'attempt')}${revisionOf(item) === undefined ? ` ${requestKeyOf(item)}` : ''}`

export const isPlan = (item: Item): boolean => item['state'] === 'PLANNED'

/** The attempt before this one, when this one is its retry. */
export const retriedBy = (item: Item, items: readonly Item[]): Item | undefined =>
  items.find(
    (other) =>
      other['willRetry'] === true &&
      subjectOf(other) === subjectOf(item) &&
      number(other, 'attempt') === number(item, 'attempt') - 1 &&
      requestKeyOf(other) === requestKeyOf(item),
  )

/** Whether an ended run succeeded for a type, by DataZone's account of each type where there is one. */
export const succeededFor = (item: Item, type: unknown): boolean => {
  const stat = list(item, 'typeStats')
    .filter(isItem)
    .find((one) => one['type'] === type)
  return (stat === undefined ? item['ending'] : stat['status']) === 'SUCCEEDED'
}

export const historyOf = (item: Item): readonly Item[] => list(item, 'history').filter(isItem)

/** Older lines are dropped. */
export const historyIsWhole = (item: Item): boolean => historyOf(item).length < 20
