import { fieldOf, jsonOf } from '../../lib/contracts/event-body.ts'
import {
  type EventShape,
  type FieldKind,
  type Profile,
  profileSchema,
} from '../../local/datazone/input/profile.ts'

/** Ids that events may contain. A profile records only which kind of id a field holds. */
export interface KnownIds {
  readonly domainId: string
  readonly projectIds: ReadonlySet<string>
  readonly assetIds: ReadonlySet<string>
  readonly runIds: ReadonlySet<string>
}

const kindOf = (value: unknown, { domainId, projectIds, assetIds, runIds }: KnownIds): FieldKind => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'list'
  switch (typeof value) {
    case 'string':
      if (runIds.has(value)) return 'run-id'
      if (assetIds.has(value)) return 'asset-id'
      if (projectIds.has(value)) return 'project-id'
      return value === domainId ? 'domain-id' : 'string'
    case 'number':
    case 'boolean':
      return typeof value === 'number' ? 'number' : 'boolean'
    default:
      return 'object'
  }
}

const isFieldName = (name: string): boolean => /^[a-z][A-Za-z]{0,40}$/.test(name)

const shapeOf = (value: unknown, known: KnownIds): Record<string, FieldKind> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value).flatMap(([name, field]) =>
          isFieldName(name) ? [[name, kindOf(field, known)] as const] : [],
        ),
      )
    : {}

const merged = (before: EventShape | undefined, now: Omit<EventShape, 'seen'>): EventShape => ({
  seen: (before?.seen ?? 0) + 1,
  metadata: { ...before?.metadata, ...now.metadata },
  data: { ...before?.data, ...now.data },
})

/**
 * Returns what each detail-type's events hold: the names of the fields of `metadata` and `data`, and the kind of value
 * in each. No value is kept, and nothing below these fields. Bodies that are not events are left out.
 */
export const eventShapes = (bodies: readonly string[], known: KnownIds): Profile['events'] => {
  const shapes: Record<string, EventShape> = {}
  for (const body of bodies) {
    const event = jsonOf(body)
    const [type, detail] = [fieldOf(event, 'detail-type'), fieldOf(event, 'detail')]
    if (typeof type !== 'string' || !profileSchema.shape.events.keyType.safeParse(type).success) continue
    shapes[type] = merged(shapes[type], {
      metadata: shapeOf(fieldOf(detail, 'metadata'), known),
      data: shapeOf(fieldOf(detail, 'data'), known),
    })
  }
  return shapes
}
