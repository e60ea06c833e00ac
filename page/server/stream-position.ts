/** Where a viewer is: the sequences of rows, events and overviews that it has. */
export interface Position {
  readonly rows: number
  readonly events: number
  readonly overview: number
}

/** The id of a message: a position of one server, whose `epoch` distinguishes it from the one before. */
export const idOf = (epoch: string, { rows, events, overview }: Position): string =>
  `${epoch}.${rows}.${events}.${overview}`

/** The position in the last id of a viewer; undefined when it is of another server, or none. */
export const positionOf = (epoch: string, lastEventId: string | undefined): Position | undefined => {
  const [of, ...numbers] = (lastEventId ?? '').split('.')
  const [rows, events, overview] = numbers.map(Number)
  if (of !== epoch || numbers.length !== 3 || numbers.some((number) => !/^\d+$/.test(number)))
    return undefined
  return rows === undefined || events === undefined || overview === undefined
    ? undefined
    : { rows, events, overview }
}
