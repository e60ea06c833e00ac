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

const dataOf = (event: SeenEvent): Item => inner(parse(event.detail), 'data')

export const metadataOf = (event: SeenEvent): Item => inner(parse(event.detail), 'metadata')

export const statusOf = (event: SeenEvent): string | undefined => text(dataOf(event), 'status')

const foreignRunOf = (data: Item) => (data['foreign'] === true ? text(data, 'runId') : undefined)

export const eventSubject = (event: SeenEvent): string | undefined => {
  const data = dataOf(event)
  const asset = inner(data, 'asset')
  const source = inner(data, 'dataSource')
  const id = text(asset, 'id') ?? text(source, 'id')
  if (id === undefined) return undefined
  const revision = text(asset, 'revision') ?? text(source, 'triggerKey') ?? foreignRunOf(data)
  const cause = revision === undefined ? ` ${text(metadataOf(event), 'causationId')}` : ''
  return `${id}@${revision ?? '?'} ${typesKey(list(data, 'types'))}#${number(data, 'attempt')}${cause}`
}

export const isAbout = (event: SeenEvent, item: Item): boolean => {
  const cause = revisionOf(item) === undefined ? ` ${idOfRequest(item)}` : ''
  return eventSubject(event) === `${subjectOf(item)}#${number(item, 'attempt')}${cause}`
}

export const knownStatuses = ['SUCCEEDED', 'FAILED', 'PARTIALLY_SUCCEEDED', 'CANCELED']
