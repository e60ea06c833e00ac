import { describe, expect, test } from 'vitest'
import { eventLine } from '../../../local/console/event-line.ts'
import { requestLine } from '../../../local/console/request-line.ts'

const time = '    1.5s'
const metadata = { id: 'e', version: 1, time: '2026-01-02T03:04:05Z', causationId: 'nightly' } as const

describe('eventLine', () => {
  test('shows what ended, how, and the run', () => {
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
    ['another message', logged({ message: 'sweep' })],
    ['a started request, which has an event', logged({ outcome: 'started' })],
    ['a rejected request, which has an event', logged({ outcome: 'rejected' })],
  ])('ignores %s', (_, line) => expect(requestLine(time, line)).toBeUndefined())
})
