import { describe, expect, test } from 'vitest'
import { explainFailure } from '../../../local/dynamodb/explain-failure.ts'
import { externalEndpoint } from '../../../local/dynamodb/external-endpoint.ts'
import { UsageError } from '../../../local/flags.ts'
import { startCommand } from '../../../local/stack-flags.ts'
import { defaultStackName, ownerOfTable } from '../../../local/stack-name.ts'
import { startData } from '../../../local/start/start-data.ts'

const endpoint = 'http://127.0.0.1:8000'

describe('externalEndpoint', () => {
  test('returns the URL, and undefined without one', () => {
    expect(externalEndpoint({ DYNAMODB_ENDPOINT: endpoint })).toBe(endpoint)
    expect(externalEndpoint({ DYNAMODB_ENDPOINT: '' })).toBeUndefined()
    expect(externalEndpoint({})).toBeUndefined()
  })

  test.each([
    ['localhost:8000', 'use an http:// or https:// URL, e.g. http://localhost:8000'],
    ['ftp://x', 'use an http:// or https:// URL, e.g. http://localhost:8000'],
  ])('names the variable, its value and the fix: %s', (value, fix) => {
    expect(() => externalEndpoint({ DYNAMODB_ENDPOINT: value })).toThrow(
      `DYNAMODB_ENDPOINT=${value} is not a URL: ${fix}`,
    )
  })
})

describe('explainFailure', () => {
  const explain = (error: unknown) => String(explainFailure(error, 'UpdateTimeToLive', endpoint))

  test('explains that nothing answers at the endpoint', () => {
    const error = new AggregateError([Object.assign(new Error('x'), { code: 'ECONNREFUSED' })])
    expect(explain(error)).toBe(
      `Error: DYNAMODB_ENDPOINT=${endpoint}: UpdateTimeToLive failed, because nothing answers there (ECONNREFUSED): start the engine, or unset DYNAMODB_ENDPOINT to use the embedded one`,
    )
  })

  test('names an operation that the engine lacks', () => {
    const error = Object.assign(new Error('no'), { name: 'UnknownOperationException' })
    expect(explain(error)).toContain('the engine lacks UpdateTimeToLive: use one that has it')
  })

  test('names any other error, and returns those of the embedded engine unchanged', () => {
    expect(explain(new Error('denied'))).toContain('(Error: denied): check the engine and its credentials')
    const own = new Error('x')
    expect(explainFailure(own, 'CreateTable', undefined)).toBe(own)
  })
})

describe('defaultStackName', () => {
  test('returns the same name every time for the embedded engine', () => {
    expect(defaultStackName({})).toBe('local')
  })

  test('returns a unique name with the process id for another engine', () => {
    const names = [1, 2].map(() => defaultStackName({ DYNAMODB_ENDPOINT: endpoint }))
    expect(new Set(names).size).toBe(2)
    expect(names.map((name) => ownerOfTable(`${name}-RunTable`))).toEqual([process.pid, process.pid])
  })
})

describe('ownerOfTable', () => {
  test.each(['local-RunTable', 'local-000000-1-abcdef-RunTable', 'other'])(
    'returns undefined for a table of another machine or origin: %s',
    (name) => expect(ownerOfTable(name)).toBeUndefined(),
  )
})

describe('startData', () => {
  const flags = (...args: readonly string[]) => {
    const parsed = startCommand.parse(args)
    if (parsed === 'help') throw new Error('expected flags, got help')
    return parsed
  }

  test('notes that --dynamodb-port has no effect with DYNAMODB_ENDPOINT', () => {
    expect(startData(flags('--dynamodb-port', '1'), { DYNAMODB_ENDPOINT: endpoint }).notes).toEqual([
      `--dynamodb-port has no effect, because DYNAMODB_ENDPOINT=${endpoint} is used`,
    ])
  })

  test('refuses --data with DYNAMODB_ENDPOINT', () => {
    expect(() => startData(flags('--data', 'd'), { DYNAMODB_ENDPOINT: endpoint })).toThrow(UsageError)
  })
})
