import { describe, expect, test } from 'vitest'
import { parseQueueMessage } from '../../../lib/contracts/queue-message.ts'
import { assetEvent, runRequest } from '../../support/messages.ts'

const sentAtMs = Date.parse('2026-11-20T02:14:00Z')

const parse = (body: unknown) => parseQueueMessage(JSON.stringify(body), sentAtMs)

const problemsOf = (body: unknown): readonly string[] => {
  const message = typeof body === 'string' ? parseQueueMessage(body, sentAtMs) : parse(body)
  if (message.kind !== 'malformed') throw new Error(`expected a malformed message, got a ${message.kind}`)
  return message.problems
}

describe('P2: a malformed request', () => {
  test.each([
    ['version', { version: 2 }, 'version: must be 1'],
    ['version as text', { version: '1' }, 'version: must be 1'],
    ['requestId', { requestId: '' }, /^requestId: must match/],
    ['requestId with a line feed', { requestId: 'a\nb' }, /^requestId: must match/],
    ['requestId too long', { requestId: 'x'.repeat(129) }, /^requestId: must match/],
    ['kind', { kind: 'POETRY' }, 'kind: must be one of "METADATA_GENERATION", "DATA_SOURCE"'],
    ['domainId', { domainId: 'orders' }, /^domainId: must match/],
    ['domainId too long', { domainId: `dzd_${'x'.repeat(37)}` }, /^domainId: must match/],
    ['domainId with a line end', { domainId: 'dzd_a\n' }, /^domainId: must match/],
    ['projectId', { projectId: 'a b' }, /^projectId: must match/],
    ['asset', { asset: 'asset-1' }, 'asset: must be an object'],
    ['asset.id', { asset: { id: 'a#b' } }, /^asset\.id: must match/],
    [
      'asset.revision',
      { asset: { id: 'a', revision: '' } },
      'asset.revision: must have at least 1 character',
    ],
    ['asset.revision as a number', { asset: { id: 'a', revision: 4 } }, 'asset.revision: must be a string'],
    ['asset.revision as a list', { asset: { id: 'a', revision: [] } }, 'asset.revision: must be a string'],
    ['asset.revision too long', { asset: { id: 'a', revision: 'x'.repeat(65) } }, /^asset\.revision: .*64/],
    [
      'asset.revision with a lone surrogate',
      { asset: { id: 'a', revision: '\ud800' } },
      'asset.revision: must be well-formed Unicode',
    ],
    ['asset.x', { asset: { id: 'a', x: 1 } }, 'asset: has unknown fields, remove them: "x"'],
    ['types', { types: [] }, 'types: must have at least 1 entry'],
    ['types as a string', { types: 'BUSINESS_NAMES' }, 'types: must be an array'],
    ['types.0', { types: ['BUSINESS_NAME'] }, /^types\.0: must be one of "BUSINESS_DESCRIPTIONS"/],
    ['types repeated', { types: ['BUSINESS_NAMES', 'BUSINESS_NAMES'] }, 'types: must not repeat a type'],
    ['lane', { lane: 'fast' }, 'lane: must be one of "live", "backfill"'],
    ['correlationId', { correlationId: 'ü' }, /^correlationId: must match/],
    [
      'requestedAt',
      { requestedAt: 'yesterday' },
      'requestedAt: must be an ISO 8601 date-time with a time zone, e.g. 2026-11-20T02:14:00Z',
    ],
    [
      'requestedAt before this century',
      { requestedAt: '0000-01-01T00:00:00+23:59' },
      'requestedAt: must not be before the year 2000',
    ],
    ['requestedAt without a zone', { requestedAt: '2026-11-20T02:14:03' }, /^requestedAt: must/],
    ['regenerate', { regenerate: 'yes' }, 'regenerate: must be a boolean'],
    [
      'a misspelled field',
      { regenrate: true },
      'body: has unknown fields: "regenrate"; did you mean "regenerate"?',
    ],
  ])('names its field: %s', (_name, over, problem) => {
    const problems = problemsOf({ ...runRequest(), ...over })
    expect(problems).toHaveLength(1)
    if (typeof problem === 'string') expect(problems[0]).toContain(problem)
    else expect(problems[0]).toMatch(problem)
  })

  test.each([
    ['2026-11-20T02:14Z', '2026-11-20T02:14:00Z'],
    ['2026-11-20T02:14:03+0000', '2026-11-20T02:14:03Z'],
    // Python: str(datetime.now(timezone.utc)), and isoformat() with another offset.
    ['2026-11-20 02:14:03.123456+00:00', '2026-11-20T02:14:03.123Z'],
    ['2026-11-20T07:44:03.123456+05:30', '2026-11-20T02:14:03.123Z'],
    // Java: Instant, OffsetDateTime and ZonedDateTime as toString() prints them.
    ['2026-11-20T02:14:03.123456789Z', '2026-11-20T02:14:03.123Z'],
    ['2026-11-20T03:14+01:00', '2026-11-20T02:14:00Z'],
    ['2026-11-20T03:14:03+01:00[Europe/Paris]', '2026-11-20T02:14:03Z'],
    ['2026-11-20T02:14:03Z[Etc/GMT+0]', '2026-11-20T02:14:03Z'],
    // PostgreSQL, and `date --rfc-3339=seconds`.
    ['2026-11-20 02:14:03.5+00', '2026-11-20T02:14:03.500Z'],
    ['2026-11-19 21:14:03-05:00', '2026-11-20T02:14:03Z'],
    ['2026-11-20T02:14:03.123456789+01:30', '2026-11-20T00:44:03.123Z'],
    ['2024-02-29T23:59-0800', '2024-03-01T07:59:00Z'],
  ])('accepts requestedAt %s', (requestedAt, utc) => {
    expect(parse({ ...runRequest(), requestedAt })).toMatchObject({
      request: { requestedAtMs: Date.parse(utc) },
    })
  })

  test.each([
    '2026-02-29T02:14Z',
    '2026-13-01T02:14Z',
    '2026-11-20T24:00Z',
    '2026-11-20T02:60Z',
    '2026-11-20',
  ])('rejects requestedAt %s', (requestedAt) => {
    expect(problemsOf({ ...runRequest(), requestedAt })).toEqual([
      'requestedAt: must be an ISO 8601 date-time with a time zone, e.g. 2026-11-20T02:14:00Z',
    ])
  })

  test('accepts a correlation id as long as a Step Functions task token', () => {
    const correlationId = 'x'.repeat(2048)
    expect(parse({ ...runRequest(), correlationId })).toMatchObject({ request: { correlationId } })
    expect(problemsOf({ ...runRequest(), correlationId: `${correlationId}x` })).toEqual([
      expect.stringMatching(/^correlationId: must match/),
    ])
  })

  test.each(['version', 'requestId', 'kind', 'domainId', 'projectId', 'asset'])(
    'names a missing field: %s',
    (field) => {
      const { [field]: _, ...rest }: Record<string, unknown> = { ...runRequest() }
      const problems = problemsOf(rest)
      expect(problems).toHaveLength(1)
      expect(problems[0]).toMatch(new RegExp(`^${field}: `))
    },
  )

  test('names all its problems at once', () => {
    const fields = problemsOf({ version: 1 }).map((problem) => problem.split(':')[0])
    expect(fields).toEqual(['requestId', 'kind', 'domainId', 'projectId', 'asset'])
  })

  const oneOfAll =
    'detail-type: must be one of "Asset Added To Catalog", "Asset Added To Inventory", "New Asset Version Available", "Asset Schema Changed", "Asset Unpublished", "Asset Listing Deleted", "Run Requested", "Run Cancel Requested"'

  test.each([
    ['source', { source: 'aws.glue' }, 'source: must be "aws.datazone"'],
    ['detail-type', { source: 'mine', 'detail-type': 'Nightly Load Ended' }, oneOfAll],
    ['detail-type that is not a string', { source: 'mine', 'detail-type': { toString: 'x' } }, oneOfAll],
  ])('names the field of an event: %s', (_name, over, problem) => {
    expect(problemsOf({ ...assetEvent(), ...over })).toEqual([problem])
  })

  test('rejects a release of another version', () => {
    expect(problemsOf({ release: 2 })[0]).toBe('body: is not valid')
  })
})

describe('P2: a body that is not a request', () => {
  const notAnObject = [
    'body: must be a JSON object: a RunRequest, a CancelRequest, or an EventBridge event of aws.datazone',
  ]

  test.each(['', ' ', 'hello', '{', 'null', '1', '[]', '[{}]', 'undefined', '{}{}', '\u0000', '"text"'])(
    'is rejected when it is %j',
    (body) => {
      expect(problemsOf(body)).toEqual(notAnObject)
    },
  )

  test('names a byte order mark', () => {
    expect(problemsOf(`\ufeff${JSON.stringify(runRequest())}`)).toEqual([
      'body: starts with a byte order mark; send the JSON without one (UTF-8, no BOM)',
    ])
  })

  test('names JSON that was encoded twice', () => {
    expect(problemsOf(JSON.stringify(JSON.stringify(runRequest())))).toEqual([
      'body: is JSON encoded twice; send the object itself, not a JSON string of it',
    ])
  })

  test('names the wrapper of Amazon SNS, and how to turn it off', () => {
    const notification = {
      Type: 'Notification',
      MessageId: '165545c9-2a5c-472c-8df2-7ff2be2b3b1b',
      TopicArn: 'arn:aws:sns:eu-west-1:111122223333:loads',
      Message: JSON.stringify(runRequest()),
      Timestamp: '2026-11-20T02:14:00.000Z',
    }
    expect(problemsOf(notification)).toEqual([
      'body: is wrapped by Amazon SNS; enable raw message delivery on the subscription of the queue',
    ])
  })

  test('reports a few short problems, however large the message is', () => {
    const size = 256 * 1024
    const bodies = [
      'x'.repeat(size),
      '['.repeat(size),
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      `{${'"a":{'.repeat(40_000)}${'}'.repeat(40_001)}`.replace('{"a":{', '{"detail-type":{'),
      JSON.stringify({ ...runRequest(), types: Array.from({ length: 60_000 }, () => 'x') }),
      JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`😀field${n}`, 1]))),
      JSON.stringify({ ...runRequest(), [`${'k'.repeat(size)}`]: 1 }),
      JSON.stringify({ ...runRequest(), requestId: 'x'.repeat(size) }),
    ]
    for (const body of bodies) {
      const problems = problemsOf(body)
      expect(problems.length).toBeLessThanOrEqual(20)
      for (const problem of problems) expect(problem.length).toBeLessThan(400)
    }
  })

  test('treats `__proto__` as any unknown field', () => {
    const body = JSON.stringify(runRequest()).replace('{', '{"__proto__":{"regenerate":true},')
    expect(problemsOf(body)).toEqual([expect.stringContaining('__proto__')])
    expect({}).not.toHaveProperty('regenerate')
  })

  test('never repeats the values that were sent', () => {
    const problems = problemsOf({
      ...runRequest(),
      projectId: 'secret token',
      domainId: 'secret token',
      lane: 'secret token',
    })
    expect(problems).toHaveLength(3)
    expect(problems.join()).not.toContain('secret')
  })
})

describe('the id of a malformed message', () => {
  const envelopeIdOf = (body: unknown) => {
    const message = parse(body)
    return message.kind === 'malformed' ? message.envelopeId : 'not malformed'
  }

  const busEvent = { id: 'event-1', source: 'mine', 'detail-type': 'Run Requested', detail: 1 }

  test('is kept for a request and for an event', () => {
    expect(envelopeIdOf({ requestId: 'nightly-1' })).toBe('nightly-1')
    expect(envelopeIdOf(busEvent)).toBe('event-1')
  })

  test('is dropped when it is malformed itself', () => {
    expect(envelopeIdOf({ requestId: 'x'.repeat(129) })).toBeUndefined()
    expect(envelopeIdOf({ requestId: 7 })).toBeUndefined()
    expect(envelopeIdOf({ ...busEvent, id: 'a\nb' })).toBeUndefined()
  })
})
