import { unknownField } from '../calls/answer-shape.ts'
import { type ModelOperation, model, operationNamed, shapeNamed, structureNamed } from '../model/model.ts'

/** The operation of a request, and the labels of its path, which are input. */
export type MatchedRequest = { operation: string; labels: Readonly<Record<string, string>> }

type Route = { operation: ModelOperation; path: RegExp }

const routes: readonly Route[] = Object.values(model.operations).map((operation) => ({
  operation,
  path: new RegExp(`^${operation.http.requestUri.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}))

/** Returns a label with its escapes decoded. An invalid escape stays as it is, and validation refuses it. */
const decoded = (label: string): string => {
  try {
    return decodeURIComponent(label)
  } catch {
    return label
  }
}

/** Returns the operation that the model has at this method and path (without the query), or undefined. */
export const matchRequest = (method: string, path: string): MatchedRequest | undefined => {
  for (const route of routes) {
    const found = route.operation.http.method === method ? route.path.exec(path) : null
    if (found === null) continue
    const labels = Object.entries(found.groups ?? {}).map(([name, label]) => [name, decoded(label)])
    return { operation: route.operation.name, labels: Object.fromEntries(labels) }
  }
  return undefined
}

/** Returns a query value as a number where its member is an integer. Any other text stays, and validation refuses it. */
const fromQuery = (shapeName: string, text: string): string | number =>
  shapeNamed(shapeName).type === 'integer' && /^[+-]?\d+$/.test(text) ? Number(text) : text

/** Returns an operation's input from the path, the query and the parsed JSON body, without checking it. */
export const bindInput = (request: MatchedRequest, query: URLSearchParams, body: unknown): unknown => {
  const { members } = structureNamed(operationNamed(request.operation).input.shape)
  const hasBody = Object.values(members).some((member) => member.location === undefined)
  if (hasBody && (typeof body !== 'object' || body === null || Array.isArray(body))) return body
  const fields = new Map<string, unknown>(
    hasBody && typeof body === 'object' ? Object.entries(body ?? {}) : [],
  )
  const input: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(members)) {
    const key = member.locationName ?? name
    const text = member.location === 'uri' ? request.labels[key] : (query.get(key) ?? undefined)
    const value = member.location === undefined ? fields.get(key) : text
    if (value === undefined) continue
    input[name] = typeof value === 'string' && member.location ? fromQuery(member.shape, value) : value
  }
  return input
}

/**
 * Serializes an output: the members of the model, and the unknown field where there is one. Dates are epoch seconds
 * (metadata runs and assets) or ISO 8601 (data sources and their runs), as the model says. It does not validate: a fault
 * may answer anything.
 */
export const serialize = (shapeName: string, value: unknown): unknown => {
  const shape = shapeNamed(shapeName)
  if (shape.type === 'timestamp' && value instanceof Date)
    return shape.timestampFormat === 'iso8601' ? value.toISOString() : value.getTime() / 1000
  if (shape.type === 'list' && Array.isArray(value))
    return value.map((item: unknown) => serialize(shape.member.shape, item))
  if (shape.type === 'map' && typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, serialize(shape.value.shape, part)]),
    )
  if (shape.type !== 'structure' || typeof value !== 'object' || value === null) return value
  const fields: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(value)) {
    const member = Object.hasOwn(shape.members, name) ? shape.members[name] : undefined
    if (name === unknownField) fields[name] = part
    if (member !== undefined && part !== undefined)
      fields[member.locationName ?? name] = serialize(member.shape, part)
  }
  return fields
}
