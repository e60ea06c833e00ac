import { describe, expect, test } from 'vitest'
import { eventLine } from '../../../local/console/event-line.ts'
import { logLine } from '../../../local/console/log-line.ts'
import { requestLine } from '../../../local/console/request-line.ts'

const time = '    1.5s'
const metadata = { id: 'e', version: 1, time: '2026-01-02T03:04:05Z', causationId: 'nightly' } as const

describe('eventLine', () => {
  test('shows how a run ended, its asset and its id', () => {
    const detail = {
      metadata,
      data: { status: 'SUCCEEDED', asset: { id: 'sales', revision: '3' }, runId: 'run1' },
    } as const
    expect(eventLine(time, 'Metadata Generation Run Succeeded', detail)).toBe(
      '    1.5s Succeeded           sales@3                          run1',
    )
  })

  test('shows the reason of a failure beside the run', () => {
    const data = {
      status: 'FAILED',
      dataSource: { id: 'glue' },
      runId: 'run1',
      error: { name: 'X', message: 'no\nluck' },
    }
    expect(eventLine(time, 'Data Source Run Failed', { metadata, data } as never)).toBe(
      '    1.5s Failed              glue                             run1  no luck',
    )
  })

  test('names the rejected request, and cuts a long reason at 100 columns', () => {
    const data = { status: 'REJECTED', error: { name: 'X', message: 'types: '.repeat(30) } } as const
    const line = eventLine(time, 'Metadata Generation Run Rejected', { metadata, data } as never)
    expect(line).toMatch(/^ {4}1\.5s Rejected {12}request nightly {18}types: .*…$/)
    expect(line).toHaveLength(100)
  })
})

describe('requestLine', () => {
  const logged = (fields: object) =>
    JSON.stringify({ level: 'INFO', message: 'Request handled', requestKey: 'request:nightly', ...fields })

  test('shows why a request is parked', () => {
    const line = logged({ outcome: 'parked', assetId: 'sales', reason: 'NOT_FOUND' })
    expect(requestLine(time, line)).toBe(
      '    1.5s parked: NOT_FOUND   sales                            request:nightly',
    )
  })

  test.each([
    ['text that is not JSON', 'Request handled'],
    ['broken JSON', '{"message":"Request handled"'],
    ['another log message', logged({ message: 'sweep' })],
    ['a started request, which has an event', logged({ outcome: 'started' })],
    ['a rejected request, which has an event', logged({ outcome: 'rejected' })],
  ])('ignores %s', (_, line) => expect(requestLine(time, line)).toBeUndefined())
})

describe('logLine', () => {
  const fields = {
    level: 'WARN',
    message: 'Request failed',
    timestamp: '2026-01-02T03:04:05.678Z',
    service: 's',
  }
  const line = `StarterLambdaFunction env-1: ${JSON.stringify({ ...fields, assetId: 'sales', retries: 2 })}`

  test('shows time, level, function, message and fields', () => {
    expect(logLine(line, { level: 'INFO' })).toBe(
      '03:04:05.678  WARN   Starter   Request failed  assetId=sales  retries=2',
    )
  })

  test('shows a line that a function prints without the logger', () => {
    expect(logLine('PollerLambdaFunction env-2: Task timed out', { level: 'ERROR' })).toBe(
      'Poller  Task timed out',
    )
  })

  test.each([
    ['a line of a lower level', { level: 'ERROR' }],
    ['a line of another function', { level: 'INFO', function: 'poller' }],
    ['a line without the text', { level: 'INFO', text: 'returns' }],
  ])('leaves out %s', (_, filter) => expect(logLine(line, filter)).toBeUndefined())

  test('leaves out metrics', () => {
    expect(logLine('Starter env-1: {"_aws":{},"service":"s"}', { level: 'DEBUG' })).toBeUndefined()
  })
})
