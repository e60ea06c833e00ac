import { expect, test } from 'vitest'
import { sampleDomainId } from '../../../../../local/catalogue/catalogue.ts'
import { bindInput, matchRequest, serialize } from '../../../../../local/datazone/http/rest-json.ts'
import { model, shapeNamed } from '../../../../../local/datazone/model/model.ts'
import { errorStatus } from '../../../../../local/datazone/model/service-error.ts'
import { outputShape, problemsOf } from '../../../../../local/datazone/model/validation.ts'
import { isOperation, operations } from '../../../../../local/datazone/operations/operations.ts'
import { glue, otherGlue, outputOf, salesProject, storeSales, testWorld } from '../test-world.ts'

type Case = { operation: string; member: string; value: unknown; input: Record<string, unknown> }

const valid: Record<string, Record<string, unknown>> = {
  StartMetadataGenerationRun: {
    domainIdentifier: sampleDomainId,
    owningProjectIdentifier: salesProject,
    target: { type: 'ASSET', identifier: storeSales, revision: '1' },
    types: ['BUSINESS_NAMES'],
    clientToken: 'token',
  },
  GetMetadataGenerationRun: { domainIdentifier: sampleDomainId, identifier: 'run' },
  ListMetadataGenerationRuns: { domainIdentifier: sampleDomainId },
  CancelMetadataGenerationRun: { domainIdentifier: sampleDomainId, identifier: 'run' },
  StartDataSourceRun: { domainIdentifier: sampleDomainId, dataSourceIdentifier: glue, clientToken: 'token' },
  GetDataSourceRun: { domainIdentifier: sampleDomainId, identifier: 'run' },
  ListDataSourceRuns: { domainIdentifier: sampleDomainId, dataSourceIdentifier: glue },
  GetAsset: { domainIdentifier: sampleDomainId, identifier: storeSales },
}

/** Values that break a shape, one constraint each, with where in the value the breach is. */
const breaches = (shapeName: string): { at: string; value: unknown }[] => {
  const shape = shapeNamed(shapeName)
  const here = (value: unknown) => ({ at: '', value })
  switch (shape.type) {
    case 'string':
      return [
        here(42),
        here({}),
        ...(shape.enum ? [here('NO_SUCH_VALUE'), here('')] : []),
        ...(shape.pattern ? [here('not ok'), here('\u00e9')] : []),
        ...(shape.min ? [here('x'.repeat(shape.min - 1))] : []),
        ...(shape.max ? [here('x'.repeat(shape.max + 1))] : []),
      ]
    case 'integer':
      return [
        here('many'),
        here(1.5),
        ...(shape.min === undefined ? [] : [here(shape.min - 1)]),
        ...(shape.max === undefined ? [] : [here(shape.max + 1)]),
      ]
    case 'timestamp':
      return [here('yesterday')]
    case 'list': {
      const item = 'BUSINESS_NAMES'
      return [
        here(item),
        ...(shape.min ? [here([])] : []),
        ...(shape.max ? [here(Array.from({ length: shape.max + 1 }, () => item))] : []),
        ...breaches(shape.member.shape).map(({ value }) => ({ at: '.1.member', value: [value] })),
      ]
    }
    case 'structure':
      return [
        here('text'),
        here([]),
        ...shape.required.map((name) => ({ at: `.${name}`, value: { ...targetWithout(name) } })),
        ...Object.entries(shape.members).flatMap(([name, member]) =>
          breaches(member.shape).map(({ at, value }) => ({
            at: `.${name}${at}`,
            value: { ...targetWithout(name), [name]: value },
          })),
        ),
      ]
    default:
      return shape satisfies never
  }
}

const targetWithout = (name: string): object =>
  Object.fromEntries(
    Object.entries({ type: 'ASSET', identifier: storeSales }).filter(([key]) => key !== name),
  )

const cases: Case[] = Object.values(model.operations).flatMap(({ name: operation, input }) => {
  const shape = shapeNamed(input.shape)
  const base = valid[operation] ?? {}
  if (shape.type !== 'structure') return []
  const missing = shape.required.map((member) => {
    const { [member]: _left, ...rest } = base
    return { operation, member, value: undefined, input: rest }
  })
  const broken = Object.entries(shape.members).flatMap(([member, { shape: of }]) =>
    breaches(of).map(({ at, value }) => ({
      operation,
      member: `${member}${at}`,
      value,
      input: { ...base, [member]: value },
    })),
  )
  return [...missing, ...broken]
})

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 40)

test('every member of every operation is tested, and every operation of the model is served', () => {
  const members = Object.values(model.operations).flatMap(({ name, input }) => {
    const shape = shapeNamed(input.shape)
    return shape.type === 'structure' ? Object.keys(shape.members).map((member) => `${name} ${member}`) : []
  })
  const tested = new Set(cases.map(({ operation, member }) => `${operation} ${member.split('.')[0]}`))
  expect([...tested].sort()).toEqual(members.sort())
  expect(Object.keys(operations).sort()).toEqual(Object.keys(model.operations).sort())
  expect(Object.keys(valid).sort()).toEqual(Object.keys(model.operations).sort())
})

test.each(
  cases.map((one) => [`${one.operation} refuses ${one.member} of ${shown(one.value)}`, one] as const),
)('%s', (_name, { operation, member, input }) => {
  if (!isOperation(operation)) throw new Error(operation)
  const answer = testWorld().call(operation, input)
  expect(answer).toMatchObject({ outcome: 'error', error: { name: 'ValidationException', status: 400 } })
  const message = answer.outcome === 'error' ? answer.error.message : ''
  expect(message).toMatch(/^\d+ validation errors? detected: Value at /)
  expect(message).toContain(`Value at '${member}' failed to satisfy constraint: Member must `)
})

test('the longest and shortest values that the model allows are allowed', () => {
  const allowed = { ...valid['StartMetadataGenerationRun'], clientToken: '~'.repeat(128) }
  expect(problemsOf('StartMetadataGenerationRunInput', allowed)).toEqual([])
  for (const maxResults of [1, 50])
    expect(problemsOf('ListMetadataGenerationRunsInput', { domainIdentifier: 'dzd-a', maxResults })).toEqual(
      [],
    )
})

test('a null member counts as absent, an unknown one is ignored, and characters are counted, not bytes', () => {
  const { start } = testWorld()
  expect(start(storeSales, { clientToken: null, type: null, later: { added: 1 } })).toMatchObject({
    outcome: 'ok',
  })
  expect(problemsOf('AssetName', '\u{1F600}'.repeat(256))).toEqual([])
})

test('several broken constraints are counted and all named', () => {
  const answer = testWorld().list({ status: 'DONE', maxResults: 0 })
  expect(answer.outcome === 'error' && answer.error.message).toMatch(
    /^2 validation errors detected: Value at 'status' .*; Value at 'maxResults' /,
  )
})

test('the errors have the status that the model gives them', () => {
  const inModel = Object.entries(model.shapes).flatMap(([name, shape]) =>
    shape.type === 'structure' && shape.error ? [[name, shape.error.httpStatusCode]] : [],
  )
  expect(errorStatus).toEqual(Object.fromEntries(inModel))
})

test('a request is matched by method and path, its labels decoded', () => {
  expect(matchRequest('GET', '/v2/domains/dzd_1/metadata-generation-runs/a%2Db')).toEqual({
    operation: 'GetMetadataGenerationRun',
    labels: { domainIdentifier: 'dzd_1', identifier: 'a-b' },
  })
  expect(matchRequest('POST', '/v2/domains/dzd_1/metadata-generation-runs')?.operation).toBe(
    'StartMetadataGenerationRun',
  )
  expect(matchRequest('GET', '/v2/domains/dzd_1/assets/%zz')?.labels['identifier']).toBe('%zz')
  expect(matchRequest('DELETE', '/v2/domains/dzd_1/metadata-generation-runs')).toBeUndefined()
  expect(matchRequest('GET', '/v2/domains/dzd_1/metadata-generation-runs/a/b')).toBeUndefined()
})

test('a number in the query is a number, anything else stays for validation to refuse', () => {
  const request = { operation: 'ListMetadataGenerationRuns', labels: { domainIdentifier: 'dzd_1' } }
  const bind = (query: string) => bindInput(request, new URLSearchParams(query), {})
  expect(bind('maxResults=7&status=FAILED')).toEqual({
    domainIdentifier: 'dzd_1',
    maxResults: 7,
    status: 'FAILED',
  })
  expect(bind('maxResults=1e1')).toEqual({ domainIdentifier: 'dzd_1', maxResults: '1e1' })
})

test('a body cannot set what belongs in the path', () => {
  const request = { operation: 'StartMetadataGenerationRun', labels: { domainIdentifier: 'dzd_path' } }
  const input = bindInput(request, new URLSearchParams(), { domainIdentifier: 'dzd_body', clientToken: 't' })
  expect(input).toEqual({ domainIdentifier: 'dzd_path', clientToken: 't' })
})

test('every answer fits the model, with times as epoch seconds', () => {
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

test('answers about data source runs fit the model at every moment, with times in ISO 8601', () => {
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
