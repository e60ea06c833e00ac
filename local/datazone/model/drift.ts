import { model, type Shape, shapeNamed } from './model.ts'

/**
 * The schemas that `@aws-sdk/client-datazone` exports: operations, structures and unions as `Name$`, and enums as
 * objects. Their form is internal to the SDK, so an unknown form is reported as a difference.
 */
type SdkExports = Readonly<Record<string, unknown>>

const newerModel =
  'the service model of August 2026 is newer than the SDK: remove this line when the SDK has it'

/** Known differences, and the reason for each. */
export const knownDrift: Readonly<Record<string, string>> = {
  'CreateProjectMembershipInput: the SDK lacks userCreatedDesignationId': newerModel,
  'EnvironmentConfigurationUserParameter: the SDK lacks environmentBlueprintId': newerModel,
  'GetAssetOutput: the SDK lacks ownershipTransfer': newerModel,
  'GetDomainOutput: the SDK lacks failureReasons, deleteProgress': newerModel,
  'ProjectMember: the SDK lacks userCreatedDesignationId': newerModel,
  'UserDesignation values: the SDK lacks USER_CREATED_DESIGNATION': newerModel,
}

/** The first element of an SDK schema, by kind. */
const kindOfSchema = { simple: 0, list: 1, map: 2, structure: 3, union: 4 } as const

const isSchema = (value: unknown): value is readonly unknown[] =>
  Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'string'

/** Returns the schema of a reference. References are functions, and a member may be a pair of its schema and traits. */
const resolved = (reference: unknown): unknown => {
  if (typeof reference === 'function') return resolved(reference())
  return Array.isArray(reference) && !isSchema(reference) ? resolved(reference[0]) : reference
}

const [epochSeconds, iso8601] = ['timestamp in epoch seconds', 'timestamp in ISO 8601']
const simpleKinds: Readonly<Record<number, string>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: epochSeconds,
  5: iso8601,
  7: epochSeconds,
}
const listModifier = 64
const mapModifier = 128

const kindInSdk = (reference: unknown): string => {
  const schema = resolved(reference)
  if (typeof schema === 'number') {
    if (schema >= mapModifier) return 'map'
    return schema >= listModifier ? 'list' : (simpleKinds[schema] ?? `kind ${schema}`)
  }
  if (!isSchema(schema)) return `unknown schema ${JSON.stringify(schema)}`
  switch (schema[0]) {
    case kindOfSchema.simple:
      return kindInSdk(schema[4])
    case kindOfSchema.list:
      return 'list'
    case kindOfSchema.map:
      return 'map'
    case kindOfSchema.structure:
      return 'structure'
    case kindOfSchema.union:
      return 'union'
    default:
      return `kind ${schema[0]}`
  }
}

const kindInModel = (shape: Shape): string => {
  switch (shape.type) {
    case 'integer':
    case 'long':
    case 'float':
      return 'number'
    case 'timestamp':
      return shape.timestampFormat === 'iso8601' ? iso8601 : epochSeconds
    case 'structure':
      return shape.union ? 'union' : 'structure'
    default:
      return shape.type
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const setDifference = (what: string, inModel: readonly string[], inSdk: readonly string[]): string[] => {
  const only = (some: readonly string[], others: readonly string[]) =>
    some.filter((name) => !others.includes(name))
  const [newer, older] = [only(inSdk, inModel), only(inModel, inSdk)]
  return [
    ...(newer.length > 0 ? [`${what}: the SDK adds ${newer.join(', ')}`] : []),
    ...(older.length > 0 ? [`${what}: the SDK lacks ${older.join(', ')}`] : []),
  ]
}

/** Returns the differences between the model's and the SDK's schema of a value. Each structure is compared once. */
const difference = (sdk: SdkExports, shapeName: string, reference: unknown, seen: Set<string>): string[] => {
  const shape = shapeNamed(shapeName)
  const schema = resolved(reference)
  const [ofModel, ofSdk] = [kindInModel(shape), kindInSdk(schema)]
  if (ofModel !== ofSdk) return [`${shapeName}: ${ofModel} in the model, ${ofSdk} in the SDK`]
  switch (shape.type) {
    case 'string':
      return enumDifference(sdk, shapeName, shape.enum)
    case 'list':
      return isSchema(schema) ? difference(sdk, shape.member.shape, schema[4], seen) : []
    case 'structure': {
      if (seen.has(shapeName)) return []
      seen.add(shapeName)
      return isSchema(schema) ? memberDifference(sdk, shapeName, schema, seen) : []
    }
    default:
      return []
  }
}

const enumDifference = (
  sdk: SdkExports,
  shapeName: string,
  inModel: readonly string[] | undefined,
): string[] => {
  const inSdk = sdk[shapeName]
  if (inModel === undefined || typeof inSdk !== 'object' || inSdk === null) return []
  return setDifference(`${shapeName} values`, inModel, Object.values(inSdk).map(String))
}

const memberDifference = (
  sdk: SdkExports,
  shapeName: string,
  schema: readonly unknown[],
  seen: Set<string>,
): string[] => {
  const shape = shapeNamed(shapeName)
  if (shape.type !== 'structure') return []
  const names = listOf(schema[4]).map(String)
  const references = new Map(names.map((name, index) => [name, listOf(schema[5])[index]]))
  const required = names.slice(0, Number(schema[6] ?? 0))
  return [
    ...setDifference(shapeName, Object.keys(shape.members), names),
    ...setDifference(`${shapeName} required members`, shape.required, required),
    ...Object.entries(shape.members)
      .filter(([name]) => references.has(name))
      .flatMap(([name, member]) => difference(sdk, member.shape, references.get(name), seen)),
  ]
}

const httpOf = (schema: readonly unknown[]): string => {
  const traits: unknown = schema[3]
  const http = typeof traits === 'object' && traits !== null && 'http' in traits ? listOf(traits.http) : []
  return `${http[0]} ${String(http[1]).replace(/\?.*$/, '')}`
}

/**
 * Returns one sentence for each difference between the repository's model and an SDK in the served operations: paths,
 * members, required members, kinds and enum values. The SDK has no lengths and patterns.
 */
export const driftOf = (sdk: SdkExports): string[] => {
  const seen = new Set<string>()
  return Object.values(model.operations).flatMap(({ name, http, input, output }) => {
    const schema = resolved(sdk[`${name}$`])
    if (!isSchema(schema)) return [`${name}: the SDK lacks this operation`]
    const [ours, theirs] = [`${http.method} ${http.requestUri}`, httpOf(schema)]
    return [
      ...(ours === theirs ? [] : [`${name}: ${ours} in the model, ${theirs} in the SDK`]),
      ...difference(sdk, input.shape, schema[4], seen),
      ...difference(sdk, output.shape, schema[5], seen),
    ]
  })
}
