import {
  model,
  operationNamed,
  type ServiceModel,
  type ShapeOf,
  shapeNamed,
  structureNamed,
} from './model.ts'
import { ServiceError } from './service-error.ts'

const failed = (path: string, constraint: string): string[] => [
  `Value at '${path}' failed to satisfy constraint: Member must ${constraint}`,
]

const anchored = new Map<string, RegExp>()

/** Returns the expression of a pattern of the model, which the whole value has to match. */
const wholePattern = (pattern: string): RegExp => {
  const expression = anchored.get(pattern) ?? new RegExp(`^(?:${pattern})$`, 'u')
  anchored.set(pattern, expression)
  return expression
}

const lengthProblems = (
  bounds: { min?: number | undefined; max?: number | undefined },
  length: number,
  path: string,
) => [
  ...(bounds.min !== undefined && length < bounds.min
    ? failed(path, `have length greater than or equal to ${bounds.min}`)
    : []),
  ...(bounds.max !== undefined && length > bounds.max
    ? failed(path, `have length less than or equal to ${bounds.max}`)
    : []),
]

const stringProblems = (shape: ShapeOf<'string'>, value: unknown, path: string): string[] => {
  if (typeof value !== 'string') return failed(path, 'be a string')
  if (shape.enum !== undefined && !shape.enum.includes(value))
    return failed(path, `satisfy enum value set: [${shape.enum.join(', ')}]`)
  return [
    ...lengthProblems(shape, [...value].length, path),
    ...(shape.pattern !== undefined && !wholePattern(shape.pattern).test(value)
      ? failed(path, `satisfy regular expression pattern: ${shape.pattern}`)
      : []),
  ]
}

/** An `integer` of the service model has 32 bits. */
const maxInteger = 2 ** 31 - 1

const integerProblems = (
  shape: ShapeOf<'integer'> | ShapeOf<'long'>,
  value: unknown,
  path: string,
): string[] => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return failed(path, 'be an integer')
  const most = shape.type === 'integer' ? maxInteger : Number.MAX_SAFE_INTEGER
  const { min = -most - 1, max = most } = shape
  if (value < min) return failed(path, `have value greater than or equal to ${min}`)
  return value > max ? failed(path, `have value less than or equal to ${max}`) : []
}

const timestampProblems = (shape: ShapeOf<'timestamp'>, value: unknown, path: string): string[] => {
  if (shape.timestampFormat === undefined)
    return typeof value === 'number' ? [] : failed(path, 'be a timestamp in epoch seconds')
  const isIso = typeof value === 'string' && /^\d{4}-.*T.*Z$/.test(value) && !Number.isNaN(Date.parse(value))
  return isIso ? [] : failed(path, 'be a timestamp in ISO 8601')
}

const listProblems = (shape: ShapeOf<'list'>, value: unknown, path: string, from: ServiceModel): string[] => {
  if (!Array.isArray(value)) return failed(path, 'be a list')
  return [
    ...lengthProblems(shape, value.length, path),
    ...value.flatMap((item: unknown, index) =>
      problemsOf(shape.member.shape, item, `${path}.${index + 1}.member`, from),
    ),
  ]
}

const mapProblems = (shape: ShapeOf<'map'>, value: unknown, path: string, from: ServiceModel): string[] => {
  if (!isObject(value)) return failed(path, 'be a map')
  const entries = Object.entries(value)
  return [
    ...lengthProblems(shape, entries.length, path),
    ...entries.flatMap(([key, part]) => [
      ...problemsOf(shape.key.shape, key, `${path}.${key}.key`, from),
      ...problemsOf(shape.value.shape, part, `${path}.${key}.value`, from),
    ]),
  ]
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A value is nested at most this many levels deep: a caller may nest the filters of a search without limit. */
const maxDepth = 32

const structureProblems = (
  shape: ShapeOf<'structure'>,
  value: unknown,
  path: string,
  from: ServiceModel,
): string[] => {
  if (!isObject(value)) return failed(path || 'body', 'be a structure')
  if (path.split('.').length > maxDepth) return failed(path, `be nested at most ${maxDepth} levels deep`)
  const given = new Map<string, unknown>(Object.entries(value))
  const set = Object.keys(shape.members).filter((name) => (given.get(name) ?? undefined) !== undefined)
  if (shape.union && set.length !== 1)
    return failed(path, `have exactly one of the members [${Object.keys(shape.members).join(', ')}]`)
  return Object.entries(shape.members).flatMap(([name, member]) => {
    const inner = path === '' ? name : `${path}.${name}`
    const part = given.get(name) ?? undefined
    if (part !== undefined) return problemsOf(member.shape, part, inner, from)
    return shape.required.includes(name) ? failed(inner, 'not be null') : []
  })
}

/**
 * Returns one sentence, in AWS's words, for each constraint of the model that a value breaks. As at AWS, a null member
 * counts as absent, an unknown member is ignored, and lengths are counted in characters.
 */
export const problemsOf = (
  shapeName: string,
  value: unknown,
  path = '',
  from: ServiceModel = model,
): string[] => {
  const shape = shapeNamed(shapeName, from)
  switch (shape.type) {
    case 'string':
      return stringProblems(shape, value, path)
    case 'integer':
    case 'long':
      return integerProblems(shape, value, path)
    case 'float':
      return typeof value === 'number' ? [] : failed(path, 'be a number')
    case 'boolean':
      return typeof value === 'boolean' ? [] : failed(path, 'be a boolean')
    case 'map':
      return mapProblems(shape, value, path, from)
    case 'timestamp':
      return timestampProblems(shape, value, path)
    case 'list':
      return listProblems(shape, value, path, from)
    case 'structure':
      return structureProblems(shape, value, path, from)
    default:
      return shape satisfies never
  }
}

/**
 * Checks an input against a model, and narrows it to the type that its operation declares. Throws ValidationException,
 * which names every member that breaks a constraint.
 */
export function assertInput<Input extends object>(
  operation: string,
  input: unknown,
  from: ServiceModel,
): asserts input is Input {
  const problems = problemsOf(operationNamed(operation).input.shape, input, '', from)
  if (problems.length > 0) throw validationError(problems)
}

const validationError = (problems: readonly string[]): ServiceError =>
  new ServiceError(
    'ValidationException',
    `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: ${problems.join('; ')}`,
  )

/** Returns a ValidationException about one member, for rules that the model cannot express. */
export const invalidMember = (path: string, constraint: string): ServiceError =>
  validationError(failed(path, constraint))

/** Returns whether a text satisfies the constraints of a string shape such as `DomainId` or `Revision`. */
export const fits = (shapeName: string, text: string): boolean => problemsOf(shapeName, text).length === 0

/** Returns the name of the structure that an operation answers. */
export const outputShape = (operation: string): string => {
  const { shape } = operationNamed(operation).output
  structureNamed(shape)
  return shape
}
