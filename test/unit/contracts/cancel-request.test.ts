import { describe, expect, test } from 'vitest'
import { parseQueueMessage } from '../../../lib/contracts/queue-message.ts'
import { cancelRequest, runRequest, sourceCancelRequest } from '../../support/messages.ts'

const sentAtMs = Date.parse('2026-11-20T02:14:00Z')

const parse = (body: unknown) => parseQueueMessage(JSON.stringify(body), sentAtMs)

const problemsOf = (body: unknown): readonly string[] => {
  const message = typeof body === 'string' ? parseQueueMessage(body, sentAtMs) : parse(body)
  if (message.kind !== 'malformed') throw new Error(`expected a malformed message, got a ${message.kind}`)
  return message.problems
}

describe('a cancel request', () => {
  const onBus = (detail: unknown) => ({
    id: 'event-1',
    source: 'x',
    'detail-type': 'Run Cancel Requested',
    detail,
  })
  const cancelOf = (target: object, more: object = {}) => ({
    kind: 'cancel',
    cancel: {
      requestId: 'stop-1',
      domainId: 'dzd_orders',
      requestedAtMs: Date.parse('2026-11-20T02:14:00Z'),
      target,
      ...more,
    },
  })

  test.each([
    ['of an asset', cancelRequest(), cancelOf({ assetId: 'asset-1' })],
    [
      'of one revision and type of an asset, with a reason',
      cancelRequest({
        asset: { id: 'asset-1', revision: '4' },
        types: ['BUSINESS_NAMES'],
        reason: 'too early',
      }),
      cancelOf({ assetId: 'asset-1', revision: '4', types: ['BUSINESS_NAMES'] }, { reason: 'too early' }),
    ],
    ['of a data source', sourceCancelRequest(), cancelOf({ dataSourceId: 'source-1' })],
    [
      'of one trigger',
      sourceCancelRequest({ triggerKey: 'load-1' }),
      cancelOf({ dataSourceId: 'source-1', triggerKey: 'load-1' }),
    ],
  ])('reads a cancel %s from the queue and from the run bus', (_, body, expected) => {
    expect(parse(body)).toEqual(expected)
    expect(parse(onBus(body))).toEqual({ ...expected, via: { source: 'x' } })
  })

  test.each<[string, object, RegExp]>([
    ['no target', { asset: undefined }, /^asset: is missing; give an object$/],
    ['both targets', { dataSource: { id: 'source-1' } }, /^body: has unknown fields, remove them: "asset"$/],
    [
      'a trigger key of an asset',
      { triggerKey: 'load-1' },
      /^body: has unknown fields, remove them: "triggerKey"$/,
    ],
    ['no time', { requestedAt: undefined }, /^requestedAt: is missing/],
    ['a wrong type', { types: ['NAMES'] }, /^types.0: must be one of/],
    ['a project', { projectId: 'p' }, /^body: has unknown fields, remove them: "projectId"$/],
    ['a reason that is too long', { reason: 'x'.repeat(151) }, /^reason: must have at most 150 characters$/],
    ['another version', { version: 2 }, /^version: must be 1$/],
  ])('P2: is malformed with %s, and names the field and the fix', (_, over, problem) => {
    const body = { ...cancelRequest(), ...over }
    expect(problemsOf(body)).toEqual([expect.stringMatching(problem)])
    const inDetail = `^detail\\.${problem.source.slice(1)}`.replace('detail\\.body:', 'detail:')
    expect(problemsOf(onBus(body))).toEqual([expect.stringMatching(new RegExp(inDetail))])
  })

  test.each([
    ['slightly ahead, as the time at which the message was sent', '2026-11-20T02:19:00Z', sentAtMs],
    ['behind', '2026-11-20T02:13:00Z', sentAtMs - 60_000],
  ])('reads the time of a clock that is %s', (_, requestedAt, requestedAtMs) => {
    for (const body of [cancelRequest({ requestedAt }), onBus(cancelRequest({ requestedAt }))])
      expect(parse(body)).toMatchObject({ kind: 'cancel', cancel: { requestedAtMs } })
  })

  test.each([
    ['an asset', cancelRequest],
    ['a data source', sourceCancelRequest],
  ] as const)('P2: is malformed when it cancels runs of %s and is dated in the future', (_, requestFor) => {
    const body = requestFor({ requestedAt: '2027-11-20T02:14:00Z' })
    const problem = expect.stringMatching(
      /requestedAt: must not be more than 5 minutes after the message was sent/,
    )
    expect(problemsOf(body)).toEqual([problem])
    expect(problemsOf(onBus(body))).toEqual([problem])
    const about = requestFor === sourceCancelRequest ? { runKind: 'DATA_SOURCE' } : {}
    expect(parse(body)).toEqual({
      kind: 'malformed',
      problems: [problem],
      envelopeId: 'stop-1',
      isCancel: true,
      ...about,
    })
    for (const wrong of [body, { ...body, version: 2 }]) expect(parse(wrong)).toMatchObject(about)
  })

  test('P2: allows for a clock that is five minutes ahead', () => {
    const at = (ms: number) =>
      parse(cancelRequest({ requestedAt: new Date(sentAtMs + ms).toISOString() })).kind
    expect([at(300_000), at(300_001)]).toEqual(['cancel', 'malformed'])
  })

  test.each(['constructor', 'toString', '__proto__'])('P2: rejects the detail-type %s', (name) => {
    expect(problemsOf({ ...onBus(cancelRequest()), 'detail-type': name })).not.toEqual([])
  })

  test('P2: names what the queue and the bus accept', () => {
    expect(problemsOf(onBus(runRequest()))).toContainEqual('detail.kind: must be "CANCEL"')
    expect(problemsOf({ ...onBus(cancelRequest()), 'detail-type': 'Run Requested' })).toContainEqual(
      'detail.kind: must be one of "METADATA_GENERATION", "DATA_SOURCE"',
    )
    expect(problemsOf({ ...cancelRequest(), kind: 'STOP' })).toContainEqual(
      'kind: must be one of "METADATA_GENERATION", "DATA_SOURCE", "CANCEL"',
    )
    expect(problemsOf(onBus('stop'))).toEqual(['detail: must be a CancelRequest'])
  })
})
