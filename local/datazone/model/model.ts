import { z } from 'zod'
import source from './datazone.json' with { type: 'json' }

const bounds = { min: z.number().optional(), max: z.number().optional() }

const member = z.object({
  shape: z.string(),
  location: z.enum(['uri', 'querystring']).optional(),
  locationName: z.string().optional(),
})

const shape = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('string'),
    pattern: z.string().optional(),
    enum: z.array(z.string()).optional(),
    ...bounds,
  }),
  z.object({ type: z.literal('integer'), ...bounds }),
  z.object({ type: z.literal('long'), ...bounds }),
  z.object({ type: z.literal('float') }),
  z.object({ type: z.literal('boolean') }),
  z.object({
    type: z.literal('timestamp'),
    /** Absent: epoch seconds. */
    timestampFormat: z.literal('iso8601').optional(),
  }),
  z.object({ type: z.literal('list'), member: z.object({ shape: z.string() }), ...bounds }),
  z.object({
    type: z.literal('map'),
    key: z.object({ shape: z.string() }),
    value: z.object({ shape: z.string() }),
    ...bounds,
  }),
  z.object({
    type: z.literal('structure'),
    /** Exactly one member is set. */
    union: z.boolean().default(false),
    required: z.array(z.string()).default([]),
    members: z.record(z.string(), member),
    error: z.object({ httpStatusCode: z.number() }).optional(),
  }),
])

const operation = z.object({
  name: z.string(),
  http: z.object({ method: z.string(), requestUri: z.string(), responseCode: z.number().default(200) }),
  input: z.object({ shape: z.string() }),
  output: z.object({ shape: z.string() }),
  /** Whether the operation changes nothing. */
  readonly: z.boolean().default(false),
})

/** A shape of the service model, which constrains a value. */
export type Shape = z.infer<typeof shape>
/** The shapes of one type. */
export type ShapeOf<Type extends Shape['type']> = Extract<Shape, { type: Type }>
/** An operation of the service model: its path, input and output. */
export type ModelOperation = z.infer<typeof operation>
/** Operations and the shapes that they use, by name. */
export type ServiceModel = Readonly<{
  operations: Readonly<Record<string, ModelOperation>>
  shapes: Readonly<Record<string, Shape>>
}>

/**
 * The part of Amazon DataZone's service model (August 2026) that the served operations use. To serve another operation,
 * add it and its shapes to `datazone.json`, and its function to `operations.ts`.
 */
export const model: ServiceModel = z
  .object({ operations: z.record(z.string(), operation), shapes: z.record(z.string(), shape) })
  .parse(source)

/** Returns the shape with this name. Throws Error when the model has none, which is a defect of the model. */
export const shapeNamed = (name: string, from: ServiceModel = model): Shape => {
  const found = from.shapes[name]
  if (found === undefined) throw new Error(`the service model has no shape '${name}'`)
  return found
}

/** Returns the structure with this name. Throws Error when the model has none. */
export const structureNamed = (name: string): ShapeOf<'structure'> => {
  const found = shapeNamed(name)
  if (found.type !== 'structure') throw new Error(`the service model's '${name}' is a ${found.type}`)
  return found
}

/** Returns the operation with this name. Throws Error when the model has none. */
export const operationNamed = (name: string): ModelOperation => {
  const found = model.operations[name]
  if (found === undefined) throw new Error(`the service model has no operation '${name}'`)
  return found
}

/** Returns whether an operation changes nothing. The model does not mark reads that are sent by POST. */
export const isReadOnly = (name: string): boolean =>
  operationNamed(name).readonly || name === 'Search' || name === 'SearchListings'
