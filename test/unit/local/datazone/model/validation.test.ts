import { describe, expect, test } from 'vitest'
import { serialize } from '../../../../../local/datazone/http/rest-json.ts'
import {
  model,
  operationNamed,
  type ShapeOf,
  shapeNamed,
  structureNamed,
} from '../../../../../local/datazone/model/model.ts'
import { errorStatus } from '../../../../../local/datazone/model/service-error.ts'
import { outputShape, problemsOf } from '../../../../../local/datazone/model/validation.ts'
import { isOperation, operations } from '../../../../../local/datazone/operations/operations.ts'
import { glue, otherGlue, outputOf, storeSales, testWorld } from '../test-world.ts'

type Case = { operation: string; member: string; value: unknown; input: unknown }

const texts = ['abc', 'dzd_sample1234567', '1', 'A1', 'us-east-1', '123456789012']

/** Returns a value that fits a shape. A union gets its first member. */
const sampleOf = (shapeName: string): unknown => {
  const shape = shapeNamed(shapeName)
  switch (shape.type) {
    case 'string':
      return shape.enum?.[0] ?? texts.find((text) => problemsOf(shapeName, text).length === 0)
    case 'integer':
    case 'long':
      return shape.min ?? 1
    case 'float':
      return 0.5
    case 'boolean':
      return true
    case 'timestamp':
      return shape.timestampFormat === undefined ? 1_700_000_000 : '2026-11-20T02:14:00Z'
    case 'list':
      return [sampleOf(shape.member.shape)]
    case 'map':
      return { [String(sampleOf(shape.key.shape))]: sampleOf(shape.value.shape) }
    case 'structure': {
      const [choice = ''] = Object.keys(shape.members)
      const set = shape.union ? [choice] : shape.required
      return Object.fromEntries(set.map((name) => [name, sampleOf(shape.members[name]?.shape ?? '')]))
    }
    default:
      return shape satisfies never
  }
}

type Breach = { at: string; value: unknown }

const here = (value: unknown): Breach => ({ at: '', value })

const stringBreaches = (shapeName: string, shape: ShapeOf<'string'>): Breach[] => [
  here(42),
  here({}),
  ...(shape.enum ? [here('NO_SUCH_VALUE'), here('')] : []),
  ...(shape.pattern && problemsOf(shapeName, 'not ok').length > 0 ? [here('not ok')] : []),
  ...(shape.min ? [here('x'.repeat(shape.min - 1))] : []),
  ...(shape.max ? [here('x'.repeat(shape.max + 1))] : []),
]

const integerBreaches = (shape: ShapeOf<'integer'> | ShapeOf<'long'>): Breach[] => [
  here('many'),
  here(1.5),
  here(2 ** 63),
  ...(shape.type === 'integer' ? [here(2 ** 31), here(-(2 ** 31) - 1)] : []),
  ...(shape.min === undefined ? [] : [here(shape.min - 1)]),
  ...(shape.max === undefined ? [] : [here(shape.max + 1)]),
]

const structureBreaches = (
  shapeName: string,
  shape: ShapeOf<'structure'>,
  inner: (name: string) => Breach[],
): Breach[] => {
  const without = (left: string) =>
    Object.fromEntries(Object.entries(sampleOf(shapeName) ?? {}).filter(([name]) => name !== left))
  const base = (name: string) => (shape.union ? {} : without(name))
  return [
    here('text'),
    here([]),
    ...(shape.union ? [here({})] : []),
    ...shape.required.map((name) => ({ at: `.${name}`, value: without(name) })),
    ...Object.entries(shape.members).flatMap(([name, member]) =>
      inner(member.shape).map(({ at, value }) => ({
        at: `.${name}${at}`,
        value: { ...base(name), [name]: value },
      })),
    ),
  ]
}

/** Returns values that each break one constraint of a shape, with the path at which it is broken. */
const breaches = (shapeName: string, above: readonly string[] = []): Breach[] => {
  const shape = shapeNamed(shapeName)
  if (above.includes(shapeName)) return []
  const inner = (name: string): Breach[] => breaches(name, [...above, shapeName])
  switch (shape.type) {
    case 'string':
      return stringBreaches(shapeName, shape)
    case 'integer':
    case 'long':
      return integerBreaches(shape)
    case 'float':
    case 'boolean':
      return [here('yes'), here({})]
    case 'timestamp':
      return [here('yesterday')]
    case 'list': {
      const item = sampleOf(shape.member.shape)
      return [
        here('text'),
        ...(shape.min ? [here([])] : []),
        ...(shape.max ? [here(Array.from({ length: shape.max + 1 }, () => item))] : []),
        ...inner(shape.member.shape).map(({ at, value }) => ({ at: `.1.member${at}`, value: [value] })),
      ]
    }
    case 'map':
      return [here('text'), here([])]
    case 'structure':
      return structureBreaches(shapeName, shape, inner)
    default:
      return shape satisfies never
  }
}

const inputOf = (operation: string): object => ({
  ...Object(sampleOf(operationNamed(operation).input.shape)),
})

const cases: Case[] = Object.values(model.operations).flatMap(({ name: operation, input }) => {
  const shape = structureNamed(input.shape)
  const base = inputOf(operation)
  const missing = shape.required.map((member) => ({
    operation,
    member,
    value: undefined,
    input: { ...base, [member]: undefined },
  }))
  const broken = Object.entries(shape.members).flatMap(([member, { shape: shapeName }]) =>
    breaches(shapeName).map(({ at, value }) => ({
      operation,
      member: `${member}${at}`,
      value,
      input: { ...base, [member]: value },
    })),
  )
  return [...missing, ...broken]
})

/** Returns the title of the test of a case. */
const titleOf = ({ operation, member, value }: Case): string =>
  value === undefined
    ? `refuses ${operation} without ${member}`
    : `refuses ${operation} with ${member} = ${JSON.stringify(value).slice(0, 160)}`

describe('the service model', () => {
  test('covers every member of every operation, and serves every operation of the model', () => {
    const members = Object.values(model.operations).flatMap(({ name, input }) =>
      Object.keys(structureNamed(input.shape).members).map((member) => `${name} ${member}`),
    )
    const tested = new Set(cases.map(({ operation, member }) => `${operation} ${member.split('.')[0]}`))
    expect([...tested].sort()).toEqual(members.sort())
    expect(Object.keys(operations).sort()).toEqual(Object.keys(model.operations).sort())
  })

  test.each(cases.map((one) => [titleOf(one), one] as const))('%s', (_name, { operation, member, input }) => {
    if (!isOperation(operation)) throw new Error(operation)
    const answer = testWorld().call(operation, input)
    expect(answer).toMatchObject({ outcome: 'error', error: { name: 'ValidationException', status: 400 } })
    const message = answer.outcome === 'error' ? answer.error.message : ''
    expect(message).toMatch(/^\d+ validation errors? detected: Value at /)
    expect(message).toContain(`Value at '${member}' failed to satisfy constraint: Member must `)
  })

  test.each(Object.keys(model.operations))('accepts the smallest valid input of %s', (operation) => {
    expect(problemsOf(operationNamed(operation).input.shape, inputOf(operation))).toEqual([])
  })

  test('accepts the longest and shortest values that the model allows', () => {
    const allowed = { ...inputOf('StartMetadataGenerationRun'), clientToken: '~'.repeat(128) }
    expect(problemsOf('StartMetadataGenerationRunInput', allowed)).toEqual([])
    for (const maxResults of [1, 50])
      expect(
        problemsOf('ListMetadataGenerationRunsInput', { domainIdentifier: 'dzd-a', maxResults }),
      ).toEqual([])
  })

  test('treats a null member as absent, ignores an unknown member, and counts characters, not bytes', () => {
    const { start } = testWorld()
    expect(start(storeSales, { clientToken: null, type: null, later: { added: 1 } })).toMatchObject({
      outcome: 'ok',
    })
    expect(problemsOf('AssetName', '\u{1F600}'.repeat(256))).toEqual([])
  })

  test('counts and names every broken constraint', () => {
    const answer = testWorld().list({ status: 'DONE', maxResults: 0 })
    expect(answer.outcome === 'error' && answer.error.message).toMatch(
      /^2 validation errors detected: Value at 'status' .*; Value at 'maxResults' /,
    )
  })

  test('gives each error the HTTP status of the model', () => {
    const inModel = Object.entries(model.shapes).flatMap(([name, shape]) =>
      shape.type === 'structure' && shape.error ? [[name, shape.error.httpStatusCode]] : [],
    )
    expect(errorStatus).toEqual(Object.fromEntries(inModel))
  })

  test('returns answers that fit the model, with times as epoch seconds', () => {
    const world = testWorld({ failureShare: 0.3, partialShare: 0.3 })
    const answers: [string, unknown][] = []
    for (const assetId of world.assetIds.slice(0, 9)) {
      const started = outputOf(world.start(assetId))
      answers.push(
        ['StartMetadataGenerationRun', started],
        ['GetMetadataGenerationRun', outputOf(world.get(started.id))],
      )
      world.clock.ms += 500_000
      answers.push(
        ['GetMetadataGenerationRun', outputOf(world.get(started.id))],
        ['GetAsset', outputOf(world.asset(assetId))],
      )
    }
    answers.push(['ListMetadataGenerationRuns', outputOf(world.list({ maxResults: 3 }))])
    const canceled = outputOf(world.start(storeSales)).id
    answers.push(
      ['CancelMetadataGenerationRun', outputOf(world.cancel(canceled))],
      ['GetMetadataGenerationRun', outputOf(world.get(canceled))],
    )
    for (const [operation, output] of answers)
      expect(problemsOf(outputShape(operation), serialize(outputShape(operation), output))).toEqual([])
    expect(serialize('GetAssetOutput', { createdAt: new Date(1_700_000_000_500) })).toEqual({
      createdAt: 1_700_000_000.5,
    })
  })

  test('answers data source runs that fit the model at every moment, with times in ISO 8601', () => {
    const world = testWorld({ failureShare: 0.3, partialShare: 0.3, dataSourceRunsPerDay: 1000 })
    const answers: [string, unknown][] = []
    for (const source of [glue, otherGlue, glue, otherGlue, glue, otherGlue, glue]) {
      const started = outputOf(world.startSource(source))
      answers.push(['StartDataSourceRun', started])
      for (let look = 0; look < 30; look += 1) {
        world.clock.ms += 20_000
        answers.push(['GetDataSourceRun', outputOf(world.getSource(started.id))])
      }
    }
    answers.push(['ListDataSourceRuns', outputOf(world.listSource(glue, { maxResults: 3 }))])
    for (const [operation, output] of answers)
      expect(problemsOf(outputShape(operation), serialize(outputShape(operation), output))).toEqual([])
    expect(serialize('GetDataSourceRunOutput', { createdAt: new Date(1_700_000_000_500) })).toEqual({
      createdAt: '2023-11-14T22:13:20.500Z',
    })
    expect(problemsOf('DateTime', 1_700_000_000)).toEqual([expect.stringContaining('ISO 8601')])
  })
})
