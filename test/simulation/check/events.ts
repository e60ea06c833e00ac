import type { SeenEvent } from '../outside.ts'
import {
  type Item,
  idOfRequest,
  inner,
  list,
  number,
  revisionOf,
  subjectOf,
  text,
  typesKey,
} from './items.ts'

export const parse = (json: string): Item => {
  const value: unknown = JSON.parse(json)
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

/** The fields of an event that many rules read. They are parsed once and kept. */
interface ReadEvent {
  readonly data: Item
  readonly metadata: Item
  readonly status: string | undefined
  readonly subject: string | undefined
}

const readEvents = new WeakMap<SeenEvent, ReadEvent>()

const read = (event: SeenEvent): ReadEvent => {
  const known = readEvents.get(event)
  if (known !== undefined) return known
  const detail = parse(event.detail)
  const data = inner(detail, 'data')
  const metadata = inner(detail, 'metadata')
  const fields = { data, metadata, status: text(data, 'status'), subject: subjectIn(data, metadata) }
  readEvents.set(event, fields)
  return fields
}

/** Returns whether an event announces no run, but answers a request that makes none, or a cancel that was refused. */
export const isAnswer = (event: SeenEvent): boolean =>
  ['SKIPPED', 'DUPLICATE'].includes(read(event).status ?? '') ||
  read(event).data['rejectedRequest'] !== undefined

export const dataOf = (event: SeenEvent): Item => read(event).data

export const metadataOf = (event: SeenEvent): Item => read(event).metadata

export const statusOf = (event: SeenEvent): string | undefined => read(event).status

export const eventSubject = (event: SeenEvent): string | undefined => read(event).subject

const foreignRunOf = (data: Item) => (data['foreign'] === true ? text(data, 'runId') : undefined)

const subjectIn = (data: Item, metadata: Item): string | undefined => {
  const asset = inner(data, 'asset')
  const source = inner(data, 'dataSource')
  const id = text(asset, 'id') ?? text(source, 'id')
  if (id === undefined) return undefined
  const revision = text(asset, 'revision') ?? text(source, 'triggerKey') ?? foreignRunOf(data)
  const cause = revision === undefined ? ` ${text(metadata, 'causationId')}` : ''
  return `${id}@${revision ?? '?'} ${typesKey(list(data, 'types'))}#${number(data, 'attempt')}${cause}`
}

const eventSubjects = new WeakMap<Item, string>()

const subjectInEventsOf = (item: Item): string => {
  const known = eventSubjects.get(item)
  if (known !== undefined) return known
  const cause = revisionOf(item) === undefined ? ` ${idOfRequest(item)}` : ''
  const subject = `${subjectOf(item)}#${number(item, 'attempt')}${cause}`
  eventSubjects.set(item, subject)
  return subject
}

export const isAbout = (event: SeenEvent, item: Item): boolean =>
  eventSubject(event) === subjectInEventsOf(item)

export const knownStatuses = ['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED', 'CANCELED']
