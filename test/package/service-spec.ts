import { loadAwsServiceSpec } from '@aws-cdk/aws-service-spec'

type Database = Awaited<ReturnType<typeof loadAwsServiceSpec>>

const resourceOf = (database: Database, type: string) =>
  database.lookup('resource', 'cloudFormationType', 'equals', type)[0]

type Properties = NonNullable<ReturnType<typeof resourceOf>>['properties']
type PropertyType = Properties[string]['type']

interface Problem {
  readonly path: string
  readonly message: string
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Returns the values that an intrinsic can resolve to: both sides of an If; none for others, whose values are unknown.
 */
const outcomesOf = (value: unknown): unknown[] => {
  const [[name, argument] = []] =
    isObject(value) && Object.keys(value).length === 1 ? Object.entries(value) : []
  if (name === 'Fn::If' && Array.isArray(argument)) return argument.slice(1).flatMap(outcomesOf)
  return name === 'Ref' || name?.startsWith('Fn::') ? [] : [value]
}

const isShape = ({ type }: PropertyType): boolean => type === 'ref' || type === 'array' || type === 'map'

const problemsOfObject = (
  database: Database,
  properties: Properties,
  value: unknown,
  path: string,
): Problem[] => {
  if (!isObject(value)) return [{ path, message: 'is not an object' }]
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required === true && value[name] === undefined)
    .map(([name]) => ({ path: `${path}.${name}`, message: 'is required' }))
  const found = Object.entries(value).flatMap(([name, item]) => {
    const property = properties[name]
    if (property === undefined) return [{ path: `${path}.${name}`, message: 'is not a property' }]
    return problemsOf(database, property.type, item, `${path}.${name}`)
  })
  return [...missing, ...found]
}

const problemsOf = (database: Database, type: PropertyType, value: unknown, path: string): Problem[] =>
  outcomesOf(value).flatMap((outcome) => problemsOfOutcome(database, type, outcome, path))

const problemsOfOutcome = (
  database: Database,
  type: PropertyType,
  value: unknown,
  path: string,
): Problem[] => {
  const unless = (fits: boolean): Problem[] =>
    fits ? [] : [{ path, message: `is not of type ${type.type}` }]
  switch (type.type) {
    case 'string':
      return unless(typeof value === 'string' && (type.allowedValues?.includes(value) ?? true))
    case 'date-time':
      return unless(typeof value === 'string')
    case 'integer':
      return unless(Number.isInteger(value))
    case 'number':
      return unless(typeof value === 'number')
    case 'boolean':
      return unless(typeof value === 'boolean')
    case 'json':
      return unless(typeof value === 'object' || typeof value === 'string')
    case 'null':
      return unless(value === null)
    case 'tag':
      return unless(isObject(value) && Object.keys(value).sort().join() === 'Key,Value')
    case 'array':
      if (!Array.isArray(value)) return unless(false)
      return value.flatMap((item, index) => problemsOf(database, type.element, item, `${path}.${index}`))
    case 'map':
      if (!isObject(value)) return unless(false)
      return Object.entries(value).flatMap(([name, item]) =>
        problemsOf(database, type.element, item, `${path}.${name}`),
      )
    case 'ref':
      return problemsOfObject(
        database,
        database.get('typeDefinition', type.reference).properties,
        value,
        path,
      )
    case 'union': {
      // Where an exact shape is known, the legacy alternative of plain JSON would accept every typo.
      const exact = type.types.some(isShape) ? type.types.filter(({ type: kind }) => kind !== 'json') : []
      const found = (exact.length > 0 ? exact : type.types).map((option) =>
        problemsOf(database, option, value, path),
      )
      return found.toSorted((one, other) => one.length - other.length)[0] ?? []
    }
  }
}

let database: Promise<Database> | undefined

/** Checks names, required properties and primitive types of resources against the CloudFormation schema, offline. */
export const resourceProblems = async (
  resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: unknown }>>,
): Promise<string[]> => {
  database ??= loadAwsServiceSpec()
  const known = await database
  return Object.entries(resources).flatMap(([logicalId, { Type, Properties: properties = {} }]) => {
    const resource = resourceOf(known, Type)
    if (resource === undefined) return [`${logicalId}: unknown resource type ${Type}`]
    return problemsOfObject(known, resource.properties, properties, logicalId).map(
      ({ path, message }) => `${path} ${message}`,
    )
  })
}
